package import Encoders
import Files
package import Pictures
package import Torch

/// A model that writes texts about pictures: a frozen tower, a connector and a decoder.
///
/// Not `Sendable`: it holds tensors.
package final class VisionLanguageModel {
    /// The architecture with its sizes.
    package let family: any VisionLanguageFamily
    /// The decoder, which writes.
    package let decoder: DecoderModel

    private let tower: VisionTower
    private let connector: any Connector

    /// Loads the parts of a checkpoint.
    ///
    /// - Throws: ``UserError`` for a tensor that is missing or has another shape.
    init(_ family: any VisionLanguageFamily, of weights: Weights, _ parameters: Parameters) throws {
        self.family = family
        let places = try PartPlaces(family, in: weights, parameters)
        tower = try VisionTower(family.parts.vision, family.reading, places.vision)
        connector = try family.connector(places.connector, newline: places.newline)
        decoder = try DecoderModel(family.parts.text, head: family.parts.head, places.text, output: places.head)
    }

    /// The states of tiles, normalised pixels [tiles, 3, height, width], as [tiles, states, width] of the decoder's width.
    package func states(of pixels: Tensor) -> Tensor {
        withoutGradients { connector(tower(pixels.to(decoder.device))) }
    }

    /// The states of one picture's tiles, in the order in which they are read: [states, width].
    package func join(_ tiles: Tensor, _ layout: TileLayout) -> Tensor { withoutGradients { connector.join(tiles, layout) } }

    /// What the decoder's first block reads of prompts: tokens as the table has them, pictures' states in place of image tokens.
    ///
    /// - Parameters:
    ///   - prompts: token numbers, all of one length.
    ///   - pictures: the states of each prompt's pictures, [states, width].
    /// - Returns: [prompts, tokens, width].
    /// - Throws: ``UserError`` where a prompt has not as many image tokens as its pictures have states.
    package func read(_ prompts: [[Int32]], with pictures: [Tensor]) throws -> Tensor {
        precondition(Set(prompts.map(\.count)).count == 1, "prompts of several lengths")
        let image = family.parts.imageToken
        for (prompt, picture) in zip(prompts, pictures) {
            let places = prompt.count { $0 == image }
            guard places == picture.size(0) else {
                throw UserError(
                    "the tokenizer gives \(places) tokens of number \(image) for the \(picture.size(0)) states of a picture",
                    at: family.parts.head.file,
                    remedy: "The folder's tokenizer and config.json have to agree on the number of the token <image>.")
            }
        }
        return withoutGradients {
            let all = prompts.joined().map(Int64.init)
            // The table of some models has no row for the image token.
            let tokens = Tensor(all.map { $0 == Int64(image) ? 0 : $0 }, shape: [prompts.count, prompts[0].count])
            let states = decoder.embed(tokens.to(decoder.device))
            let places = all.indices.filter { all[$0] == Int64(image) }.map(Int64.init)
            guard !places.isEmpty else { return states }
            let rows = states.reshaped([all.count, decoder.width])
            let seen = Tensor.concatenated(pictures, along: 0).to(rows.dtype)
            return rows.replacing(Tensor(places, on: decoder.device), with: seen).reshaped(states.shape)
        }
    }
}

/// A picture tower up to the states that a connector takes.
struct VisionTower {
    private let embeddings: any EncoderPart
    private let blocks: [any EncoderPart]
    private let norm: (any EncoderPart)?
    private let reading: TowerReading

    init(_ family: any EncoderFamily, _ reading: TowerReading, _ parameters: Parameters) throws {
        self.reading = reading
        embeddings = try family.embeddings(parameters)
        blocks = try (0..<(reading.layers.max() ?? 0)).map { try family.block(parameters, $0) }
        norm = reading.isNormed ? try family.finalNorm(parameters) : nil
    }

    /// Normalised pixels [tiles, 3, height, width] as states [tiles, patches, width].
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        var states = embeddings(pixels, dropout: .none)
        var kept = [0: states]
        for (index, block) in blocks.enumerated() {
            states = block(states, dropout: .none)
            if reading.layers.contains(index + 1) { kept[index + 1] = states }
        }
        let wanted = reading.layers.compactMap { kept[$0] }
        let joined = wanted.count == 1 ? wanted[0] : .concatenated(wanted, along: 2)
        let normed = norm?(joined, dropout: .none) ?? joined
        return reading.leavesFirst ? normed.narrowed(1, from: 1) : normed
    }
}

/// The parts of a checkpoint's names.
struct PartPlaces {
    let vision: Parameters
    let text: Parameters
    let head: Parameters
    let connector: Parameters
    let newline: Parameters

    init(_ family: any VisionLanguageFamily, in weights: Weights, _ parameters: Parameters) throws {
        func first(_ prefixes: [String], having names: (String) -> Bool) -> Parameters {
            let prefix = prefixes.first(where: names) ?? prefixes[0]
            return prefix.isEmpty ? parameters : parameters.scoped(String(prefix.dropLast()))
        }
        func encoder(_ prefixes: [String], _ family: any EncoderFamily) -> Parameters {
            let (name, own) = family.anchor
            return first(prefixes.flatMap { outer in own.map { outer + $0 } }) { weights.has($0 + name) }
        }
        let (names, parts) = (family.names, family.parts)
        vision = encoder(names.vision, parts.vision)
        text = encoder(names.text, parts.text)
        head = first(names.head) { weights.has($0 + "lm_head.weight") }
        connector = first(names.connector) { prefix in weights.names.contains { $0.hasPrefix(prefix) } }
        newline = first(names.newline) { weights.has($0 + "image_newline") }
    }
}
