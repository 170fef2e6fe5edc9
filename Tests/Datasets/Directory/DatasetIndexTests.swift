import Foundation
import TestSupport
import Testing

@testable import Datasets

struct DatasetIndexTests {
    private func rewrite(_ url: URL, _ change: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: url)
        change(&data)
        try data.write(to: url)
    }

    @Test func withoutAnIndexEverythingIsFoundTheSame() throws {
        try withDataset(items: 300, [[0, 1, 299], [7, 7]]) { dataset in
            try FileManager.default.removeItem(at: dataset.folder.appending(path: DatasetIndex.fileName))
            let plain = try Dataset.open(dataset.folder)
            #expect(Array(plain.items) == Array(dataset.items))
            #expect((0..<2).map { plain.userID($0) } == ["u0", "u1"])
            for item in dataset.items {
                #expect(plain.itemIndex(of: item.id) == dataset.itemIndex(of: item.id))
                #expect(dataset.itemIndex(of: item.id).map { dataset.items[$0].id } == item.id)
            }
            #expect(plain.itemIndex(of: "i300") == nil && dataset.itemIndex(of: "i300") == nil)
            try plain.verify()
        }
    }

    /// Datasets that were imported before there was an index have no hash of the ids either.
    @Test func olderDatasetsAreRead() throws {
        try withDataset(items: 3, [[0, 1, 2]]) { dataset in
            try FileManager.default.removeItem(at: dataset.folder.appending(path: DatasetIndex.fileName))
            let url = dataset.folder.appending(path: DatasetManifest.fileName)
            var manifest = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
            #expect(manifest?.removeValue(forKey: "idsHash") != nil)
            try JSONSerialization.data(withJSONObject: #require(manifest)).write(to: url)
            let old = try Dataset.open(dataset.folder)
            #expect(old.items.map(\.id) == ["i0", "i1", "i2"] && old.manifest.idsHash == nil)
            try old.verify()
        }
    }

    /// Opening reads no items: a damaged line of the right length is found by verifying, which names it.
    @Test func openingLeavesItemsUnread() throws {
        try withDataset(items: 50, [[0, 1, 2]]) { dataset in
            try rewrite(dataset.folder.appending(path: Dataset.itemsName)) { data in
                let range = data.firstRange(of: Data(#"{"id":"i31""#.utf8))
                data[range!.lowerBound] = UInt8(ascii: "[")
            }
            let damaged = try Dataset.open(dataset.folder)
            #expect(damaged.items[30].id == "i30" && damaged.items[30].title == "title 30")
            #expect(damaged.items[31].id == "" && damaged.items[31].title == nil)
            #expect(damaged.itemIndex(of: "i31") == nil)
            expectError("not JSON", at: "items.jsonl:32") { try damaged.verify() }
        }
    }

    @Test func usersHaveTheSameCare() throws {
        try withDataset(items: 3, [[0, 1], [2]]) { dataset in
            let url = dataset.folder.appending(path: Dataset.usersName)
            try rewrite(url) { $0[0] = UInt8(ascii: "x") }
            let damaged = try Dataset.open(dataset.folder)
            #expect(damaged.userID(0) == "" && damaged.userID(1) == "u1")
            expectError("not JSON", at: "users.jsonl:1") { try damaged.verify() }
            try rewrite(url) { $0.append(contentsOf: "\"u2\"\n".utf8) }
            expectError("had 10 when it was written", at: "users.jsonl") { _ = try Dataset.open(dataset.folder) }
        }
    }

    /// A split is where wrong item numbers would do harm: it refuses them even where nothing was verified.
    @Test func splitsRefuseItemsThatAreNotThere() throws {
        try withDataset(items: 9, [[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 8]]) { dataset in
            try rewrite(dataset.folder.appending(path: Histories.fileName)) { $0[$0.count - 4] = 9 }
            let damaged = try Dataset.open(dataset.folder)
            expectError("item index 9, expected 0..<9", at: "users.jsonl:2") { _ = try Split(damaged) }
            expectError("item index 9, expected 0..<9", at: "histories.safetensors") { try damaged.verify() }
        }
    }

    @Test func anIndexOfOtherItemsIsNoticed() throws {
        try withDataset(items: 3, [[0, 1, 2]]) { dataset in
            let lines = MappedLines.starts(in: dataset.items.lines.file)
            var ids = IDTable()
            for id in ["i0", "i2", "i1"] { _ = ids.insert(id) }
            try DatasetIndex.write(items: lines, users: [0, 5], places: ids.places, in: dataset.folder)
            let wrong = try Dataset.open(dataset.folder)
            // It leads to the wrong lines, whose ids are not those asked for: nothing wrong is found.
            #expect(wrong.itemIndex(of: "i0") == 0 && wrong.itemIndex(of: "i1") == nil)
            expectError("the index is not that of", at: DatasetIndex.fileName) { try wrong.verify() }
            try DatasetIndex.write(items: lines, users: [0, 5], places: [1, 2], in: dataset.folder)
            expectError("the index is not one of 3 items") { _ = try Dataset.open(dataset.folder) }
        }
    }
}
