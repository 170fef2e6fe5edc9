import Files
import Foundation
import HiddenStates
import TestSupport
import Testing

@Suite struct StoreTests {
    @Test(arguments: StateType.allCases)
    func readsBackWhatWasWritten(dtype: StateType) throws {
        try withTemporaryFolder { folder in
            let items = Samples.items(30)
            try Samples.store(at: folder.appending(path: "store"), Samples.identity(dtype), items: items)
            let store = try HiddenStateStore.open(folder.appending(path: "store"), expecting: Samples.identity(dtype))
            #expect(store.itemCount == 30)
            #expect(store.shards.map(\.items) == [0..<7, 7..<14, 14..<21, 21..<28, 28..<30])
            #expect(try store.items() == items)
            let tolerance: Float = [.float16: 0.004, .bfloat16: 0.032, .float32: 0][dtype]!
            for (index, item) in items.enumerated() {
                #expect(store.isPresent(index) == Samples.isPresent(item))
                let expected = Samples.isPresent(item) ? Samples.states(item, count: 15) : [Float](repeating: 0, count: 15)
                #expect(zip(store.row(index), expected).allSatisfy { abs($0 - $1) <= tolerance })
            }
            #expect(items.contains { !Samples.isPresent($0) } && items.contains { Samples.isPresent($0) })
            #expect(try store.positions(ofLayers: [4, 0]) == [2, 0])
            #expect(throws: UserError.self) { try store.positions(ofLayers: [3]) }
            try store.verify()
        }
    }

    @Test func namesBothEncodersWhenTheyDiffer() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let error = try #require(throws: UserError.self) {
                try HiddenStateStore.open(url, expecting: Samples.identity(.bfloat16, name: "large-bert", width: 8))
            }
            for part in ["tiny-bert", "large-bert", "width: 5, 8", "dtype: float16, bfloat16"] {
                #expect(error.problem.contains(part))
            }
            #expect(error.remedy?.contains("Encode again") == true)
        }
    }

    @Test func identityHashDependsOnEveryFieldButTheName() {
        var identities = [Samples.identity()]
        func change(_ body: (inout StoreIdentity) -> Void) {
            var identity = Samples.identity()
            body(&identity)
            identities.append(identity)
        }
        change { $0.encoder.family = "vit" }
        change { $0.encoder.weightsHash = "c" }
        change { $0.encoder.tokenizerHash = nil }
        change { $0.preprocessing["maximumTokens"] = "31" }
        change { $0.modality = .image }
        change { $0.pooling = .mean }
        change { $0.layers = [0, 2] }
        change { $0.width = 6 }
        change { $0.dtype = .float32 }
        #expect(Set(identities.map(\.hash)).count == identities.count)
        for other in identities.dropFirst() { #expect(identities[0].differences(from: other).count == 1) }
        var renamed = identities[0]
        renamed.encoder.name = "b"
        #expect(renamed == identities[0] && renamed.hash == identities[0].hash)
        #expect(renamed.differences(from: identities[0]).isEmpty)
    }

    @Test func checksTheItemsOfTheDataset() throws {
        try withTemporaryFolder { folder in
            let store = try Samples.store(at: folder.appending(path: "store"))
            var ids = Samples.items(30).map(\.id)
            try store.check(ids: ids)
            ids.swapAt(3, 4)
            let error = try #require(throws: UserError.self) { try store.check(ids: ids) }
            #expect(error.problem.contains("item 3 is \"item-3\" here and \"item-4\""))
            #expect(throws: UserError.self) { try store.check(ids: Array(Samples.items(31).map(\.id))) }
            #expect(throws: UserError.self) { try store.check(ids: Array(Samples.items(29).map(\.id))) }
            // With their hash the ids are not read; with that of others they are, and the one that differs is named.
            let unread = Samples.items(30).lazy.map { _ -> String in fatalError("an id was read") }
            try store.check(ids: unread, hash: store.manifest.items.idsHash)
            let named = try #require(throws: UserError.self) {
                try store.check(ids: ids, hash: StoreItem.hash(ofIds: ids))
            }
            #expect(named.problem == error.problem)
        }
    }

    @Test func saysWhatIsMissing() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            var error = try #require(throws: UserError.self) { try HiddenStateStore.open(url) }
            #expect(error.problem.contains("no such"))
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30), shardItems: 7)
            try Samples.write(writer, shards: 2)
            error = try #require(throws: UserError.self) { try HiddenStateStore.open(url) }
            #expect(error.problem.contains("unfinished"))
            error = try #require(throws: UserError.self) { try HiddenStateStore.open(folder) }
            #expect(error.problem.contains("not a hidden-state store"))
        }
    }
}
