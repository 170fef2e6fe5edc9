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

    /// The part that asks says which group a tensor is of and whether it decays; names have no part in it.
    @Test func partsDeclareGroupAndDecay() throws {
        let (side, other) = (ParameterGroup("side"), ParameterGroup("other"))
        let parameters = Parameters()
        _ = try Linear(parameters.scoped("a", group: side).scoped("b"), 3, 4)
        _ = try Embedding(parameters.grouped(side).scoped("a"), 2, 3)
        _ = try LayerNorm(parameters.scoped("a.b.norm"), 4, epsilon: 1e-6)
        _ = try LowRank(parameters.scoped("a", group: side).grouped(other), inputs: 3, outputs: 4, rank: 2, alpha: 1)
        parameters.scoped("a", group: other).adopt(.ones([2]), as: "c", decays: true)
        let groups = Dictionary(grouping: parameters.all.keys, by: parameters.group)
        #expect(groups[side] == ["a.b.weight", "a.b.bias", "a.weight"])
        #expect(groups[.standard] == ["a.b.norm.weight", "a.b.norm.bias"])
        #expect(groups[other] == ["a.down", "a.up", "a.c"])
        #expect(parameters.decayed == ["a.b.weight", "a.down", "a.up", "a.c"])
    }

    /// A tensor that may be missing may also be one too many.
    @Test func declaredNamesMayBeMissingOrTooMany() throws {
        try withTemporaryFolder { folder in
            func weights(_ tensors: [(key: String, value: Tensor)]) throws -> Weights {
                let url = folder.appending(path: "\(tensors.count).safetensors")
                try Weights.write(tensors, to: url)
                return try Weights(file: url)
            }
            let own = (key: "a.own", value: Tensor.ones([2]))
            let (without, with) = (try weights([own]), try weights([own, (key: "a.missing", value: .ones([3]))]))
            for isAsked in [true, false] {
                let parameters = Parameters()
                _ = try parameters.scoped("a")("own", [2], .zeros)
                if isAsked { _ = try parameters.scoped("a")("missing", [3], .zeros) }
                #expect(throws: UserError.self) { try parameters.load(isAsked ? without : with) }
                parameters.scoped("a").allowMissing("missing")
                try parameters.load(without)
                #expect(
                    parameters.all["a.own"]?.floats() == [1, 1]
                        && parameters.all["a.missing"]?.floats() == (isAsked ? [0, 0, 0] : nil))
                try parameters.load(with)
                #expect(parameters.all["a.missing"]?.floats() == (isAsked ? [1, 1, 1] : nil))
            }
        }
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
