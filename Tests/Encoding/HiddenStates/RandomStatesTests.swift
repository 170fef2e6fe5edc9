import Files
import Foundation
import TestSupport
import Testing

@testable import HiddenStates

@Suite struct RandomStatesTests {
    let ids = (0..<40).map { "item \($0)" }

    @Test(arguments: StateType.allCases) func theNumbersAreThoseOfTheirSeed(dtype: StateType) throws {
        try withTemporaryFolder { folder in
            var states = RandomStates(modality: .image, layers: [0, 6, 12], width: 50, dtype: dtype, shardItems: 7)
            let one = try states.write(to: folder.appending(path: "one"), items: ids)
            let same = try states.write(to: folder.appending(path: "same"), items: ids)
            states.seed = 2
            let other = try states.write(to: folder.appending(path: "other"), items: ids.reversed())
            try one.verify()
            #expect(one.layers == [0, 6, 12])
            #expect(one.shards.count == 6)
            #expect(one.manifest.shards == same.manifest.shards)
            #expect(one.row(3) != other.row(36))

            let values = ids.indices.flatMap(one.row)
            let mean = values.reduce(0, +) / Float(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
            #expect(abs(mean) < 0.07)
            #expect(abs(variance - 1) < 0.07)
            #expect(Set(values).count > 1_000)
        }
    }

    @Test func anItemsNumbersFollowFromItsIdAlone() throws {
        try withTemporaryFolder { folder in
            let states = RandomStates(modality: .text, layers: [0], width: 8)
            let one = try states.write(to: folder.appending(path: "one"), items: ids)
            let turned = try states.write(to: folder.appending(path: "turned"), items: ids.reversed())
            for item in ids.indices { #expect(one.row(item) == turned.row(39 - item)) }
        }
    }

    /// The file system has to give them no space, and every checksum has to be right.
    @Test func zerosTakeNoSpace() throws {
        try withTemporaryFolder { folder in
            let states = RandomStates(modality: .text, layers: [0, 1], width: 50_000, seed: nil, shardItems: 20)
            let store = try states.write(to: folder.appending(path: "zeros"), items: ids)
            try store.verify()
            #expect(store.shards.count == 2)
            #expect(ids.indices.allSatisfy { store.isPresent($0) && store.row($0).allSatisfy { $0 == 0 } })
            for shard in store.shards {
                let values = try shard.url.resourceValues(forKeys: [.fileAllocatedSizeKey, .fileSizeKey])
                #expect(values.fileSize! > 20 * 2 * 50_000 * 2)
                #expect(values.fileAllocatedSize! < 400_000)
            }
        }
    }

    @Test func anotherStoreInThePlaceIsKeptUnlessAskedFor() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            var states = RandomStates(modality: .text, layers: [0], width: 4, seed: nil)
            #expect(throws: UserError.self) { try states.write(to: url, items: ids) }
            states.startingAnew = true
            try states.write(to: url, items: ids).verify()
        }
    }
}
