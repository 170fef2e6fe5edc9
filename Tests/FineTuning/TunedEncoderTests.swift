import Encoders
import Catalogue
import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import FineTuning
import Modeling

/// Fine-tuning over every encoder family.
@Suite(.oneAtATime) struct TunedEncoderTests {
    /// The small encoders of all families.
    static func directories() throws -> [URL] {
        let folder = fixture("Encoders")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix("-golden") }.sorted()
            .map { folder.appending(path: $0) }
    }

    private static var items: Tensor { .range(0..<4) }

    /// Four items with titles of 3, 5, 3 and 1 tokens, the third like the first, or with random pictures.
    private func inputs(_ directory: URL) throws -> LiveInputs {
        // A folder of two encoders is read as one of pictures.
        let encoder = try (try? EncoderDirectory(directory)) ?? EncoderDirectory(directory, for: .image)
        guard case .pixels(let grid) = encoder.family.input else {
            return try LiveInputs(tokens: [[1, 2, 3], [4, 3, 2, 5, 6], [1, 2, 3], [7]], with: directory)
        }
        RandomState.seed(8)
        return try LiveInputs(pixels: .randomNormal([4, 3, grid.size, grid.size]), with: directory)
    }

    private func tuned(
        _ method: Method, _ directory: URL, _ change: (inout FineTuningOptions) -> Void = { _ in }
    ) throws -> TunedEncoder {
        var options = FineTuningOptions()
        (options.adapterWidth, options.rank, options.dropout) = (3, 2, false)
        change(&options)
        RandomState.seed(9)
        return try TunedEncoder(inputs(directory), method: method, options, pooling: nil, autocast: nil, on: .cpu)
    }

    private func difference(_ one: [Float], _ other: [Float]) -> Float { zip(one, other).map { abs($0 - $1) }.max() ?? 0 }

    @Test(arguments: try directories()) func everyMethodTrainsWhatItShould(_ directory: URL) throws {
        let plain = try tuned(.full, directory).states(of: Self.items, training: false).dense.floats()
        for method in [Method.full, .adapter, .lora, .bitfit] {
            let encoder: TunedEncoder
            do { encoder = try tuned(method, directory) } catch let error as UserError where method == .bitfit {
                #expect(error.problem.contains("no biases"))
                continue
            }
            let states = try encoder.states(of: Self.items, training: true).dense
            #expect(states.shape == [4, 1, encoder.shape.width])
            // What is fresh changes little or nothing.
            #expect(difference(states.floats(), plain) < (method == .adapter ? 0.1 : 1e-5), "\(method)")
            (states * states * states).sum().backward()
            for (name, tensor) in encoder.trained where !name.contains(".experts.") && !name.contains(".low_rank.") {
                // The fresh half of LoRA that is zero hides the other; a lone token's queries and keys see no softmax.
                if name.hasSuffix(".down") && method == .lora { continue }
                #expect(tensor.gradient != nil, "\(method): \(name)")
            }
            // Weight decay is for what is multiplied with, not for what is looked up or added.
            let tables = ["embed", "token", "relative_position", "bias"]
            for (name, tensor) in encoder.trained {
                let isTable = tensor.rank < 4 && tables.contains { name.contains($0) } && !name.contains("embedding_projection")
                #expect(encoder.decayed.contains(name) == (tensor.rank >= 2 && !isTable), "\(method): \(name) \(tensor.shape)")
            }
            #expect(encoder.decayed.isEmpty == (method == .bitfit) && encoder.decayed.isSubset(of: encoder.trained.keys))
            let count = encoder.trained.values.reduce(0) { $0 + $1.count }
            if method != .full { #expect(encoder.frozenCount > 0) } else { #expect(encoder.frozenCount == 0 && count > 0) }
        }
    }

    /// With nothing kept between forward and backward, dropout included, the gradients are the same.
    @Test(arguments: [Method.full, .adapter, .lora, .bitfit]) func passesRunAgainAreTheSame(_ method: Method) throws {
        let directory = fixture("Encoders/bert-golden")
        func gradients(checkpointing: Bool) throws -> [(String, [Float])] {
            let encoder = try tuned(method, directory) {
                ($0.dropout, $0.checkpointing, $0.passTokens) = (true, checkpointing, 6)
            }
            RandomState.seed(10)
            let states = try encoder.states(of: Self.items, training: true).dense
            (states * states).sum().backward()
            let after = Tensor.randomUniform([1]).item()
            try encoder.finishBackward()
            #expect(Tensor.randomUniform([1]).item() != after)
            return encoder.trained.map { ($0.key, $0.value.gradient?.floats() ?? []) }
        }
        for (one, other) in zip(try gradients(checkpointing: false), try gradients(checkpointing: true)) {
            #expect(one.0 == other.0 && one.1.count == other.1.count)
            #expect(difference(one.1, other.1) <= 1e-5 * max(1e-3, one.1.map(abs).max() ?? 0), "\(one.0)")
        }
    }

    /// Items of the same title share a row; one without has zeros.
    @Test func titlesAreRunOnceAndWithoutPadding() throws {
        let directory = fixture("Encoders/bert-golden")
        let inputs = try LiveInputs(tokens: [[1, 2, 3], [], [1, 2, 3], [4, 5], [6, 7, 8]], with: directory)
        #expect(inputs.isPresent == [true, false, true, true, true])
        let passes = inputs.passes(of: [0, 1, 2, 3, 4], tokens: 100)
        #expect(passes.passes.map(\.count) == [2, 1] && passes.rowCount == 3)
        #expect(passes.rows[0] == passes.rows[2] && passes.rows[1] == 3)
        #expect(inputs.passes(of: [0, 4], tokens: 3).passes.map(\.count) == [1, 1])
        let encoder = try TunedEncoder(
            inputs, method: .full, FineTuningOptions(), pooling: nil, autocast: nil, on: .cpu)
        #expect(encoder.presence == [true, false, true, true, true])
        let states = try encoder.states(of: .range(0..<5), training: false).dense
        #expect(states.selected(0, 1).absolute().sum().item() == 0)
        #expect(states.selected(0, 0).floats() == states.selected(0, 2).floats())
        #expect(try encoder.states(of: Tensor([Int64(1)]), training: true).dense.shape == [1, 1, encoder.shape.width])
    }

    @Test func unfittingInputsAreErrors() throws {
        let (text, image) = (fixture("Encoders/bert-golden"), fixture("Encoders/vit-golden"))
        #expect(throws: UserError.self) { try LiveInputs(tokens: [[1]], with: image) }
        #expect(throws: UserError.self) { try LiveInputs(tokens: [[1_000_000]], with: text) }
        #expect(throws: UserError.self) { try LiveInputs(tokens: [.init(repeating: 1, count: 10_000)], with: text) }
        #expect(throws: UserError.self) { try LiveInputs(pixels: .zeros([1, 3, 7, 5]), with: image) }
        #expect(throws: UserError.self) { try tuned(.lora, text) { $0.rank = 0 } }
        #expect(throws: UserError.self) { try tuned(.adapter, text) { $0.adapterActivation = .tanh } }
    }
}
