import Encoders
import Files
import Foundation
import TestSupport
import Torch

/// What `transformers` computed, as `Tools/Parity/encoders.py` writes it.
struct ExpectedStates {
    let input: Tensor
    let hiddenStates: [Tensor]
    let last: Tensor
    /// The largest difference of each layer that `transformers` itself has in bfloat16; nil where that is less than 2e-2.
    let bfloat16Differences: [Float]?

    init(_ directory: URL) throws {
        let file = try Weights(file: directory.appending(path: "expected.safetensors"))
        input = try file.tensor("input")
        let states = try file.tensor("hidden_states")
        hiddenStates = (0..<states.size(0)).map { states.selected(0, $0) }
        bfloat16Differences = try file.has("bfloat16_differences") ? file.tensor("bfloat16_differences").floats() : nil
        last = try file.tensor("last_hidden_state")
    }

    /// The encoder that the expected states are of.
    func encoder(
        _ directory: URL, through last: Int? = nil, dtype: ElementType = .float32, trained: Bool = false
    ) throws -> PretrainedEncoder {
        try PretrainedEncoder(
            directory: directory, for: input.dtype == .int64 ? .text : .image, through: last, dtype: dtype, trained: trained)
    }

    /// The cases of a folder that the script has written; a folder without a list has none.
    static func cases(in folder: URL?) -> [URL] {
        guard let folder, let names = try? JSONFile.read([String].self, from: folder.appending(path: "cases.json")) else {
            return []
        }
        return names.map { folder.appending(path: $0) }
    }

    /// The folder that the environment names.
    static let parityFolder = ProcessInfo.processInfo.environment["IISAN_ENCODER_PARITY"].map { URL(filePath: $0) }
    /// The cases that are part of the repository.
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/Encoders")
}
