import Encoders
import Files
import Foundation
import TestModels
import TestSupport
import Testing
import Torch

/// What is said of folders as people have them: with weights in other forms, or with more than an encoder.
@Suite(.oneAtATime) struct ModelFolderTests {
    /// A copy of a small encoder that `change` makes something else of.
    private func withEncoder(_ name: String = "bert-golden", _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "encoder")
            try FileManager.default.copyItem(at: ExpectedStates.fixtures.appending(path: name), to: copy)
            try FileManager.default.removeItem(at: copy.appending(path: "expected.safetensors"))
            try body(copy)
        }
    }

    private func expectSame(_ folder: URL, _ name: String = "bert-golden") throws {
        let expected = try ExpectedStates(ExpectedStates.fixtures.appending(path: name))
        let encoder = try PretrainedEncoder(directory: folder)
        #expect(withoutGradients { difference(encoder.lastHiddenState(of: expected.input), expected.last) } < 1e-5)
    }

    private func error(_ folder: URL) throws -> UserError {
        try #require(throws: UserError.self) { try PretrainedEncoder(directory: folder) }
    }

    /// The weights of a folder in files of its own choice: which file holds a tensor, and which tensors are there as zeros too.
    private func split(_ folder: URL, zeros: (file: String, name: String)? = nil, _ file: (String) -> String) throws {
        let weights = try Weights(directory: folder)
        var files = Dictionary(grouping: weights.names.sorted(), by: file)
        var tensors = try files.mapValues { try $0.map { (key: $0, value: try weights.tensor($0)) } }
        if let zeros, let shape = weights.shape(of: zeros.name) {
            files[zeros.file, default: []].append(zeros.name)
            tensors[zeros.file, default: []].append((key: zeros.name, value: .zeros(shape)))
        }
        for (name, tensors) in tensors { try Weights.write(tensors, to: folder.appending(path: name)) }
        try FileManager.default.removeItem(at: folder.appending(path: "model.safetensors"))
    }

    private func index(_ map: [String: String], _ folder: URL) throws {
        try JSONFile.write(["weight_map": map], to: folder.appending(path: "model.safetensors.index.json"))
    }

    @Test func aVariantAloneIsTaken() throws {
        try withEncoder { folder in
            try FileManager.default.moveItem(
                at: folder.appending(path: "model.safetensors"), to: folder.appending(path: "model.fp16.safetensors"))
            try expectSame(folder)
            try FileManager.default.copyItem(
                at: folder.appending(path: "model.fp16.safetensors"), to: folder.appending(path: "model.bf16.safetensors"))
            #expect(try error(folder).problem.contains("bf16, fp16"))
        }
    }

    @Test func shardsWithoutAnIndexAreRead() throws {
        try withEncoder { folder in
            func part(_ name: String) -> String { name.contains("layer.1") ? "model-00002-of-00002" : "model-00001-of-00002" }
            try split(folder) { part($0) + ".safetensors" }
            try expectSame(folder)
            try FileManager.default.removeItem(at: folder.appending(path: "model-00001-of-00002.safetensors"))
            #expect(try error(folder).problem == "part 1 of 2 of the weights is missing")
        }
    }

    @Test func aTensorOfTwoFilesIsTakenFromTheOneThatTheIndexNames() throws {
        let name = "encoder.layer.0.output.dense.weight"
        for (overlay, isRead) in [("model-overlay.safetensors", true), ("a-overlay.safetensors", false)] {
            try withEncoder { folder in
                let names = Array(try Weights(directory: folder).names)
                // The base file holds zeros in place of what the overlay has.
                try split(folder, zeros: ("model-base.safetensors", name)) { $0 == name ? overlay : "model-base.safetensors" }
                var map = Dictionary(uniqueKeysWithValues: names.map { ($0, "model-base.safetensors") })
                map[name] = overlay
                try index(map, folder)
                if isRead {
                    try expectSame(folder)
                } else {
                    // transformers would take the other file's, which comes later by name.
                    #expect(try error(folder).problem.contains("\"\(name)\" is in two shards"))
                }
            }
        }
    }

    /// Rewrites the header of a safetensors file.
    private func rewrite(_ file: URL, _ change: (inout [String: Any]) -> Int) throws {
        let data = try Data(contentsOf: file)
        let length = Int(data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        var header = try #require(try JSONSerialization.jsonObject(with: data[8..<(8 + length)]) as? [String: Any])
        let more = change(&header)
        let text = try JSONSerialization.data(withJSONObject: header)
        var changed = withUnsafeBytes(of: UInt64(text.count)) { Data($0) } + text + data[(8 + length)...]
        changed.append(Data(count: more))
        try changed.write(to: file)
    }

    @Test func anUnusedTensorOfAnUnknownTypeIsLeftAlone() throws {
        try withEncoder("llama-golden") { folder in
            let file = folder.appending(path: "model.safetensors")
            try rewrite(file) { header in
                let end = header.values.compactMap { (($0 as? [String: Any])?["data_offsets"] as? [Int])?[1] }.max() ?? 0
                header["extra"] = ["dtype": "F8_E8M0", "shape": [4], "data_offsets": [end, end + 4]] as [String: Any]
                return 4
            }
            try expectSame(folder, "llama-golden")
        }
    }

    @Test(arguments: ["F8_E8M0", "I32"]) func aUsedTensorOfAnotherTypeIsRefusedByName(type: String) throws {
        try withEncoder { folder in
            let name = "encoder.layer.0.output.dense.weight"
            try rewrite(folder.appending(path: "model.safetensors")) { header in
                var entry = header[name] as? [String: Any] ?? [:]
                entry["dtype"] = type
                header[name] = entry
                return 0
            }
            let error = try error(folder)
            #expect(error.problem.contains("\"\(name)\"") && error.problem.contains(type) && error.remedy != nil)
            let directory = try EncoderDirectory(folder)
            #expect(throws: UserError.self) { try EncoderPlan(directory, dtype: .float32) }
        }
    }

    @Test func anAdapterBesideTheWeightsIsRefused() throws {
        try withEncoder { folder in
            try AtomicFile.write(
                #"{"peft_type": "LORA", "base_model_name_or_path": "org/base"}"#,
                to: folder.appending(path: "adapter_config.json"))
            let error = try error(folder)
            #expect(error.problem.contains("beside the weights") && error.problem.contains("org/base"))
            #expect(error.remedy?.contains("merge_and_unload") == true)
            try FileManager.default.removeItem(at: folder.appending(path: "config.json"))
            #expect(try self.error(folder).problem.contains("an adapter of org/base alone"))
        }
    }

    /// The files of a folder in place of `model.safetensors`, whether config.json is there, and what its name and remedy have to say.
    static let strangers: [(files: [String], hasConfiguration: Bool, problem: String, remedy: String)] = [
        (["pytorch_model.bin"], true, "a pickle", "save_pretrained"),
        (["pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json"], true, "a pickle", "save_pretrained"),
        (["tf_model.h5"], true, "TensorFlow", "from_tf=True"), (["flax_model.msgpack"], true, "Flax", "from_flax=True"),
        (["model-q4_k_m.gguf"], true, "GGUF", "base model"), (["model-q4_k_m.gguf"], false, "GGUF", "base model"),
        (["model.onnx"], true, "compiled", "safetensors"), (["consolidated.00.pth", "params.json"], false, "own form", "-hf"),
        (["open_clip_config.json", "open_clip_model.safetensors"], false, "open_clip", "model_type"),
        (
            ["0_Transformer/config.json", "0_Transformer/model.safetensors", "modules.json"], true, "0_Transformer",
            "0_Transformer"
        ),
        (["model_weights.safetensors"], true, "model_weights.safetensors", "rename"),
        (["notes.txt"], true, "no model.safetensors", "safetensors"),
        (["notes.txt"], false, "no config.json", "config.json"),
        (["model.safetensors"], false, "no config.json", "config.json"),
    ]

    @Test(arguments: strangers.indices) func otherFormsAreCalledByTheirName(index: Int) throws {
        let stranger = Self.strangers[index]
        try withEncoder { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "model.safetensors"))
            if !stranger.hasConfiguration { try FileManager.default.removeItem(at: folder.appending(path: "config.json")) }
            for name in stranger.files {
                let file = folder.appending(path: name)
                try Folder.make(file.deletingLastPathComponent())
                try AtomicFile.write("{}", to: file)
            }
            let error = try error(folder)
            #expect(error.problem.contains(stranger.problem) && error.remedy?.contains(stranger.remedy) == true, "\(error)")
        }
    }

    @Test(arguments: ["config.json", "model.safetensors", "vocab.txt", "tokenizer.json", "preprocessor_config.json"])
    func pointersOfGitLFSAreCalledByTheirName(name: String) throws {
        try withEncoder { folder in
            try AtomicFile.write(
                "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 440449768\n",
                to: folder.appending(path: name))
            let error = try error(folder)
            #expect(error.problem.contains("Git LFS") && error.place?.hasSuffix(name) == true && error.remedy != nil)
        }
    }
}
