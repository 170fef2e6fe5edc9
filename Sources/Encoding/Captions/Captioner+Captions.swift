import Catalogue
import Encoders
import Files
import Foundation
import Generation
import Pictures
import Tokenizers
import Torch

extension Captioner {
    /// The captions of some pictures, in their order; equal pictures are captioned once.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for a picture that may not be skipped, a tokenizer that does not fit
    ///   the model, and memory that runs out.
    func captions(of inputs: [TileStream.Input], stop: StopToken) throws -> [Caption] {
        var captions = [Caption](repeating: Caption(), count: inputs.count)
        var firsts: [String: Int] = [:]
        var read: [(place: Int, pictures: [TiledPicture])] = []
        for (place, input) in inputs.enumerated() {
            switch input.pictures {
            case .failure(let error):
                if options.damagedPictures == .fail { throw CaptionInput.unusable(input.entry, error.problem) }
                captions[place].problem = error.problem
            case .success(let pictures):
                guard firsts[input.entry.hash] == nil else { continue }
                firsts[input.entry.hash] = place
                read.append((place, pictures))
            }
        }
        let model = try model()
        var states = try states(of: read.flatMap(\.pictures), model, stop)[...]
        var prompts: [Prompt] = []
        for (place, pictures) in read {
            let key = UInt64(inputs[place].entry.hash.prefix(16), radix: 16) ?? 0
            // Frames share a prompt where the family reads several pictures, else each has its own.
            for part in folder.family.readsSeveral ? [pictures] : pictures.map({ [$0] }) {
                let own = Array(states.prefix(part.count))
                states = states.dropFirst(part.count)
                let tokens = prompt(part.map(\.layout), counts: own.map { $0.size(0) })
                let joined = own.count == 1 ? own[0] : try withTensorErrors { Tensor.concatenated(own, along: 0) }
                prompts.append(Prompt(place: place, tokens: tokens, states: joined, key: key))
            }
        }
        var written = [[Caption]](repeating: [], count: inputs.count)
        for (prompt, caption) in zip(prompts, try write(prompts, model, stop)) { written[prompt.place].append(caption) }
        for (place, _) in read { captions[place] = Caption(of: written[place]) }
        for (place, input) in inputs.enumerated() {
            if let first = firsts[input.entry.hash], captions[place].problem == nil { captions[place] = captions[first] }
        }
        return captions
    }

    /// What a model writes after prompts, in their order.
    private func write(_ prompts: [Prompt], _ model: VisionLanguageModel, _ stop: StopToken) throws -> [Caption] {
        var captions = [Caption](repeating: Caption(), count: prompts.count)
        // Prompts of one length make a batch without padding.
        let groups = Dictionary(grouping: prompts.indices) { prompts[$0].tokens.count }.sorted { $0.key < $1.key }
        for (_, places) in groups {
            for start in stride(from: 0, to: places.count, by: plan.batch) {
                let part = Array(places[start..<min(start + plan.batch, places.count)])
                let batch = try write(batch: part.map { prompts[$0] }, model, stop)
                for (place, caption) in zip(part, batch) { captions[place] = caption }
            }
        }
        return captions
    }

    /// A picture's prompt, ready to be read.
    private struct Prompt {
        let place: Int
        let tokens: [Int32]
        let states: Tensor
        let key: UInt64
    }

    private func write(batch prompts: [Prompt], _ model: VisionLanguageModel, _ stop: StopToken) throws -> [Caption] {
        let tokens = prompts.map(\.tokens)
        let vocabulary = model.decoder.vocabulary
        if let wrong = tokens.joined().first(where: { $0 < 0 || $0 >= vocabulary && $0 != folder.family.parts.imageToken }) {
            throw UserError(
                "the tokenizer gives token \(wrong) for the prompt, the model knows \(vocabulary)", at: folder.url.path,
                remedy: "Use the tokenizer's files that belong to the model.")
        }
        let read = try withTensorErrors { try model.read(tokens, with: prompts.map(\.states)) }
        let texts = try TokenWriter(model.decoder, folder.file).write(
            after: read, prompts: tokens, keys: prompts.map(\.key), options.generation, stop: stop)
        return texts.map { text in
            let caption = tokenizer.decode(text.tokens).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            // A model that says nothing of a picture has none to offer.
            return caption.isEmpty
                ? Caption(problem: "the model wrote nothing about it") : Caption(text: caption, isCut: !text.isEnded)
        }
    }

    /// What the decoder reads of pictures: the states of each, [states, width]. The tower reads tiles of several at a time.
    private func states(of pictures: [TiledPicture], _ model: VisionLanguageModel, _ stop: StopToken) throws -> [Tensor] {
        let tiles = pictures.flatMap(\.tiles)
        guard !tiles.isEmpty else { return [] }
        let size = processor.tileSize
        let area = 3 * size.height * size.width
        var read: [Tensor] = []
        for start in stride(from: 0, to: tiles.count, by: CaptionPlan.towerTiles) {
            try stop.check()
            let part = tiles[start..<min(start + CaptionPlan.towerTiles, tiles.count)]
            var values = [Float](repeating: 0, count: part.count * area)
            values.withUnsafeMutableBufferPointer { values in
                for (place, tile) in part.enumerated() {
                    processor.write(
                        tile, into: UnsafeMutableBufferPointer(rebasing: values[(place * area)..<((place + 1) * area)]))
                }
            }
            read.append(
                try withTensorErrors { model.states(of: Tensor(values, shape: [part.count, 3, size.height, size.width])) })
        }
        let states = read.count == 1 ? read[0] : try withTensorErrors { .concatenated(read, along: 0) }
        var first = 0
        return try withTensorErrors {
            pictures.map { picture in
                defer { first += picture.tiles.count }
                return model.join(states.narrowed(0, first..<(first + picture.tiles.count)), picture.layout)
            }
        }
    }
}
