import Files
import Foundation
import HiddenStates
import Modeling
import TestSupport
import Testing
import Torch

@Suite struct StoredStatesTests {
    /// Gathered rows are the stored ones, whatever the number of shards, in any order of items, for some layers or all.
    @Test(arguments: [100, 4], [StateType.float32, .float16, .bfloat16]) func rowsAreTheStoredOnes(
        shardItems: Int, type: StateType
    ) throws {
        try withTemporaryFolder { folder in
            let (items, layers, width) = (11, 3, 4)
            let identity = StoreIdentity(
                encoder: .init(family: "bert", name: "test", weightsHash: "0"), preprocessing: [:], modality: .text,
                pooling: .first,
                layers: [0, 2, 5], width: width, dtype: type)
            // Small whole numbers are the same in every type.
            let states = (0..<items * layers * width).map { Float($0 % 128) }
            let writer = try HiddenStateStoreWriter(
                folder.appending(path: "store"), identity: identity,
                items: (0..<items).map { StoreItem(id: "\($0)", contentHash: "\($0)") }, shardItems: shardItems)
            for shard in writer.pendingShards {
                let part = shard.items.lowerBound * layers * width..<shard.items.upperBound * layers * width
                try writer.write(shard, states: Array(states[part]), present: shard.items.map { _ in true })
            }
            let store = try writer.finish()
            #expect(store.shards.count == (items + shardItems - 1) / shardItems)
            let asked: [Int64] = [10, 0, 4, 3, 7]
            let all = try StoredStates(store, on: .cpu)
            #expect(all.shape == ModalityShape(width: width, layers: [0, 2, 5]))
            /// The states of an item from one layer's place to another's.
            func stored(_ item: Int64, _ places: Range<Int>) -> ArraySlice<Float> {
                let start = Int(item) * layers * width
                return states[start + places.lowerBound * width..<start + places.upperBound * width]
            }
            let expected = asked.flatMap { stored($0, 0..<layers) }
            #expect(all.states(of: Tensor(asked), training: false).dense.floats() == expected)
            let some = try StoredStates(store, layers: [5], on: .cpu).states(of: Tensor(asked), training: false).dense
            #expect(some.shape == [5, 1, width])
            let expectedLast = asked.flatMap { stored($0, 2..<3) }
            #expect(some.floats() == expectedLast)
            #expect(throws: UserError.self) { try StoredStates(store, layers: [1], on: .cpu) }
            // On an accelerator they lie as a whole, without the layers that nobody reads.
            let rows = Tensor(asked, on: .standIn)
            let resident = try StoredStates(store, on: .standIn).states(of: rows, training: false)
            #expect(resident.dense.device == .standIn && resident.dense.floats() == expected)
            let residentLast = try StoredStates(store, layers: [5], on: .standIn).states(of: rows, training: false)
            #expect(residentLast.dense.floats() == expectedLast && residentLast.last.floats() == expectedLast)
        }
    }
}
