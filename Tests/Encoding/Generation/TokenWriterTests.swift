import Encoders
import Files
import Foundation
import TestModels
import TestSupport
import Testing
import Torch

@testable import Generation

/// Texts against those that `transformers` writes.
@Suite(.oneAtATime) struct TokenWriterTests {
    @Test func fixturesAreThere() {
        #expect(WrittenTexts.cases.count >= (WrittenTexts.parityFolder == nil ? 3 : 20))
    }

    @Test(arguments: WrittenTexts.cases)
    func everyLogitIsThatOfTransformers(directory: URL) throws {
        let expected = try WrittenTexts(directory)
        let model = try DecoderFolder(directory).model(dtype: .float32)
        let tokens = Tensor.concatenated([expected.prompts, expected.endless], along: 1).narrowed(
            1, 0..<expected.logits.size(1))
        withoutGradients {
            let whole = model.cache(items: tokens.size(0), positions: tokens.size(1))
            let logits = model.logits(model.read(model.embed(tokens), after: whole))
            #expect(difference(logits, expected.logits) < 1e-5)
            // The same in parts: some tokens at once, then some more, then one by one.
            let parts = model.cache(items: tokens.size(0), positions: tokens.size(1) + 3)
            var read: [Tensor] = []
            for range in [0..<2, 2..<6] + (6..<tokens.size(1)).map({ $0..<($0 + 1) }) {
                read.append(model.read(model.embed(tokens.narrowed(1, range)), after: parts))
            }
            #expect(difference(model.logits(.concatenated(read, along: 1)), expected.logits) < 1e-5)
        }
    }

    @Test(arguments: WrittenTexts.cases)
    func theLikeliestTokensAreThoseOfTransformers(directory: URL) throws {
        let expected = try WrittenTexts(directory)
        let folder = try DecoderFolder(directory)
        let writer = TokenWriter(try folder.model(dtype: .float32), folder.file)
        let endless = TokenWriter(try folder.model(dtype: .float32), GenerationFile())
        var options = GenerationOptions()
        options.maximumTokens = expected.steps
        let texts = try write(writer, expected.promptTokens, options)
        #expect(texts.map(\.tokens) == expected.texts)
        #expect(zip(texts, expected.texts).allSatisfy { $0.isEnded == ($1.count < expected.steps) })
        // One by one, and with a penalty for what is there already.
        for (prompt, text) in zip(expected.promptTokens, expected.texts) {
            #expect(try write(writer, [prompt], options)[0].tokens == text)
        }
        options.repetitionPenalty = 1.3
        #expect(try write(endless, expected.promptTokens, options).map(\.tokens) == expected.repeated)
    }

    @Test func drawsFollowFromTheSeedOfEachItemAlone() throws {
        let expected = try WrittenTexts(fixture("Generation/llama-golden"))
        let folder = try DecoderFolder(fixture("Generation/llama-golden"))
        let writer = TokenWriter(try folder.model(dtype: .float32), GenerationFile())
        var options = GenerationOptions()
        (options.maximumTokens, options.temperature, options.topP, options.seed) = (10, 20, 0.9, 3)
        let prompts = expected.promptTokens
        let all = try write(writer, prompts, options, keys: [7, 8, 9])
        let turned = try write(writer, prompts.reversed(), options, keys: [9, 8, 7])
        #expect(all.map(\.tokens) == turned.reversed().map(\.tokens))
        #expect(try write(writer, [prompts[1]], options, keys: [8])[0] == all[1])
        options.seed = 4
        #expect(try write(writer, prompts, options, keys: [7, 8, 9]) != all)
    }

    @Test func drawsHaveTheProbabilitiesOfTheNucleus() throws {
        let logits = Tensor([2, 0, 1, -1, 1.5] as [Float], shape: [1, 5])
        var options = GenerationOptions()
        (options.temperature, options.topP) = (0.7, 0.8)
        let draws = 20_000
        let many = logits.expanded([draws, 5]).contiguous()
        var choice = TokenChoice(
            options, penalty: 1, keys: (0..<UInt64(draws)).map { $0 }, prompts: [], vocabulary: 5, on: .cpu)
        var counts = [Int](repeating: 0, count: 5)
        for token in choice.choose(many) { counts[Int(token)] += 1 }
        // exp(x / 0.7), and of the likeliest those before which less than 0.8 lies: 2 and 1.5.
        let weights = [exp(2 / 0.7), exp(1.5 / 0.7)]
        let first = weights[0] / weights.reduce(0, +)
        #expect(counts[1] == 0 && counts[2] == 0 && counts[3] == 0)
        #expect(abs(Double(counts[0]) / Double(draws) - first) < 4 * (first * (1 - first) / Double(draws)).squareRoot())
    }

    @Test func aTextLongerThanTheModelIsRefused() throws {
        let folder = try DecoderFolder(fixture("Generation/llama-golden"))
        let writer = TokenWriter(try folder.model(dtype: .float32), folder.file)
        var options = GenerationOptions()
        options.maximumTokens = 37
        let error = #expect(throws: UserError.self) { try write(writer, [[3, 4, 5, 6]], options) }
        #expect(error?.description.contains("a prompt of 4 tokens and a text of 37") == true)
    }

    @Test func weightsThatAreNoNumbersAreNamed() throws {
        try withTemporaryFolder { folder in
            let golden = fixture("Generation/llama-golden")
            try FileManager.default.copyItem(
                at: golden.appending(path: "config.json"), to: folder.appending(path: "config.json"))
            let weights = try Weights(directory: golden)
            let tensors = try weights.names.map { name in
                (key: name, value: try name == "model.norm.weight" ? weights.tensor(name) * Double.nan : weights.tensor(name))
            }
            try Weights.write(tensors, to: folder.appending(path: "model.safetensors"))
            let decoder = try DecoderFolder(folder)
            let writer = TokenWriter(try decoder.model(dtype: .float32), decoder.file)
            let prompt = Tensor([3, 4] as [Int64], shape: [1, 2])
            var options = GenerationOptions()
            options.maximumTokens = 3
            let error = #expect(throws: UserError.self) {
                try writer.write(after: writer.embed(prompt), prompts: [[3, 4]], keys: [0], options, stop: StopToken())
            }
            #expect(error?.description.contains("no finite numbers") == true, "\(error?.description ?? "none")")
        }
    }

    private func write(
        _ writer: TokenWriter, _ prompts: [[Int32]], _ options: GenerationOptions, keys: [UInt64]? = nil
    ) throws -> [TokenWriter.Text] {
        let tokens = Tensor(prompts.flatMap { $0.map(Int64.init) }, shape: [prompts.count, prompts[0].count])
        return try writer.write(
            after: writer.embed(tokens), prompts: prompts, keys: keys ?? prompts.indices.map(UInt64.init), options,
            stop: StopToken())
    }
}
