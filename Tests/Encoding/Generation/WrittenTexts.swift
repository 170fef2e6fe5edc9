import Encoders
import Files
import Foundation
import Generation
import TestSupport
import Torch

/// What `transformers` wrote, as `Tools/Parity/language_models.py` has it.
struct WrittenTexts {
    let prompts: Tensor
    let texts: [[Int32]]
    let repeated: [[Int32]]
    let endless: Tensor
    let logits: Tensor

    init(_ directory: URL) throws {
        let file = try Weights(file: directory.appending(path: "expected.safetensors"))
        prompts = try file.tensor("prompts")
        texts = Self.rows(try file.tensor("texts"))
        repeated = Self.rows(try file.tensor("repeated"))
        endless = try file.tensor("endless")
        logits = try file.tensor("logits")
    }

    /// The most tokens of a text.
    var steps: Int { endless.size(1) }
    /// The prompts' token numbers.
    var promptTokens: [[Int32]] { Self.rows(prompts) }

    private static func rows(_ tokens: Tensor) -> [[Int32]] {
        (0..<tokens.size(0)).map { tokens.selected(0, $0).array(of: Int64.self).filter { $0 >= 0 }.map(Int32.init) }
    }

    /// The folder that the environment names.
    static let parityFolder = ProcessInfo.processInfo.environment["IISAN_CAPTION_PARITY"].map {
        URL(filePath: $0).appending(path: "language")
    }

    /// All folders of models with their texts.
    static let cases = [fixture("Generation"), parityFolder].compactMap { $0 }.flatMap { folder in
        let names = (try? JSONFile.read([String].self, from: folder.appending(path: "cases.json"))) ?? []
        return names.map { folder.appending(path: $0) }
    }
}
