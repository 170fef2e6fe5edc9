import Files
import Foundation
import TestSupport
import Testing
import Torch

@Suite(.oneAtATime) struct ParametersTests {
    @Test func namesFollowTheScopes() throws {
        let parameters = Parameters()
        _ = try Linear(parameters.scoped("blocks", 2).scoped("up"), 3, 4)
        _ = try LayerNorm(parameters.scoped("norm"), 4, epsilon: 1e-6)
        #expect(Array(parameters.all.keys) == ["blocks.2.up.weight", "blocks.2.up.bias", "norm.weight", "norm.bias"])
        #expect(parameters.count == 12 + 4 + 8)
    }

    @Test func savedAndLoadedAreEqual() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "weights.safetensors")
            let saved = Parameters()
            _ = try Linear(saved, 3, 4)
            try Weights.write(saved.all.map { ($0.key, $0.value) }, to: url, metadata: ["step": "3"])
            let weights = try Weights(file: url)
            #expect(weights.metadata == ["step": "3"])
            let read = Parameters(.weights(weights))
            _ = try Linear(read, 3, 4)
            let copied = Parameters()
            _ = try Linear(copied, 3, 4)
            try copied.load(weights)
            for name in saved.all.keys {
                #expect(read.all[name]!.floats() == saved.all[name]!.floats())
                #expect(copied.all[name]!.floats() == saved.all[name]!.floats())
            }
        }
    }

    @Test func wrongCheckpointsAreRefusedByTensor() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "weights.safetensors")
            try Weights.write([(key: "weight", value: Tensor.ones([4, 3]))], to: url)
            let weights = try Weights(file: url)
            let shape = #expect(throws: UserError.self) { try Linear(Parameters(.weights(weights)), 3, 5) }
            #expect(shape?.problem == "tensor \"weight\" has shape [4, 3], expected [5, 3]")
            let missing = #expect(throws: UserError.self) { try Linear(Parameters(.weights(weights)), 3, 4) }
            #expect(missing?.problem == "tensor \"bias\" is missing")
            let extra = #expect(throws: UserError.self) { try Parameters().load(weights) }
            #expect(extra?.problem.contains("belongs to no part") == true)
        }
    }

    @Test func picklesAreRefusedWithTheLineThatConverts() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("x", to: folder.appending(path: "pytorch_model.bin"))
            let error = #expect(throws: UserError.self) { try Weights(directory: folder) }
            #expect(error?.remedy?.contains("save_pretrained") == true)
        }
    }

    @Test func cutOffFilesAreRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "weights.safetensors")
            try Weights.write([(key: "weight", value: Tensor.ones([4, 3]))], to: url)
            let whole = try Data(contentsOf: url)
            for length in [0, 7, 8, 20, whole.count - 1] {
                try whole.prefix(length).write(to: url)
                #expect(throws: UserError.self) { try Weights(file: url) }
            }
        }
    }
}
