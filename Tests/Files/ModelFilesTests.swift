import Files
import Foundation
import TestSupport
import Testing

@Suite struct ModelFilesTests {
    private func weights(_ names: String...) throws -> ModelFiles.Weights? { try ModelFiles.weights(among: names, at: "here") }

    @Test func weightsAreThePlainFileElseTheIndexElseNumberedPartsElseAVariant() throws {
        let (one, two) = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
        let index = "model.safetensors.index.json"
        #expect(try weights("model.safetensors", index, one, two) == .single("model.safetensors"))
        #expect(try weights(two, index, one) == .indexed(index, parts: [one, two]))
        #expect(
            try weights(index, "model-overlay.safetensors", one) == .indexed(index, parts: [one, "model-overlay.safetensors"]))
        #expect(try weights(two, one, "model.fp16.safetensors") == .numbered([one, two]))
        #expect(try weights("model.fp16.safetensors", "config.json") == .single("model.fp16.safetensors"))
        #expect(
            try weights("model.safetensors.index.fp16.json", "model.fp16-00001-of-00001.safetensors")
                == .indexed("model.safetensors.index.fp16.json", parts: ["model.fp16-00001-of-00001.safetensors"]))
        #expect(try weights("pytorch_model.bin", "adapter_model.safetensors", "onnx/model.safetensors") == nil)
        #expect(try weights("model-overlay.safetensors") == nil)
        #expect(try weights() == nil)
    }

    @Test func whatIsNotWholeOrNotPlainIsRefused() throws {
        #expect { try weights("model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors") } throws: {
            ($0 as? UserError)?.problem == "part 2 of 3 of the weights is missing"
        }
        #expect { try weights("model.fp16.safetensors", "model.int8.safetensors") } throws: {
            ($0 as? UserError)?.problem.contains("fp16, int8") == true
        }
    }

    @Test func pointersOfGitLFSAreNotTheirFiles() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.json")
            let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"
            try AtomicFile.write(pointer, to: file)
            #expect { try JSONFile.read([String].self, from: file) } throws: { "\($0)".contains("git lfs pull") }
            #expect { try SafetensorsFile(file) } throws: { "\($0)".contains("git lfs pull") }
            #expect(throws: UserError.self) { try LargeFilePointer.check(["b.json", "a.json"], in: folder) }
            try LargeFilePointer.check(["b.json"], in: folder)
            // A file that only begins so, and is longer than pointers are, is a file.
            try AtomicFile.write(pointer + String(repeating: " ", count: 2000), to: file)
            try LargeFilePointer.check(["a.json"], in: folder)
        }
    }
}
