import Datasets
import Files
import Foundation
import TestSupport
import Testing

struct DatasetTests {
    private let awkward = ["plain", "tab\there", "line\nend", "\"quoted\\\"", "ünïcode 😀", "\u{2028}", " "]

    @Test func readsBackWhatWasWritten() throws {
        try withTemporaryFolder { folder in
            let contents = DatasetContents(
                name: "set", source: "by hand",
                items: awkward.map {
                    .init(id: $0, title: $0 == "plain" ? nil : "t" + $0, picturePath: $0 == " " ? "a/b.jpg" : nil)
                },
                pictures: folder.appending(path: "set/pictures"), users: awkward, offsets: [0, 3, 3, 4, 5, 6, 7, 8],
                interactions: [0, 1, 1, 6, 5, 4, 3, 2], timestamps: [1, 1, 2, -9, 0, 0, 0, 0])
            let dataset = try contents.write(to: folder.appending(path: "set"))
            #expect(dataset.items.map(\.id) == awkward)
            #expect(dataset.items.map(\.title) == awkward.map { $0 == "plain" ? nil : "t" + $0 })
            #expect(dataset.items[6].picture?.path == folder.appending(path: "set/pictures/a/b.jpg").path)
            #expect(dataset.manifest.picturesRoot == "pictures")
            #expect(dataset.items[0].picture == nil)
            #expect(awkward.map { dataset.itemIndex(of: $0) } == Array(0..<7))
            #expect(dataset.itemIndex(of: "absent") == nil)
            #expect((0..<7).map { dataset.userID($0) } == awkward)
            #expect(Array(dataset.histories[0]) == [0, 1, 1])
            #expect(dataset.histories[1].isEmpty)
            #expect(Array(dataset.histories[6]) == [2])
            #expect(dataset.histories.timestamps.map(Array.init) == [1, 1, 2, -9, 0, 0, 0, 0])
            #expect(dataset.manifest.itemsWithTitle == 6)
            #expect(dataset.manifest.itemsWithPicture == 1)
            let moved = try Dataset.open(folder.appending(path: "set"), pictures: URL(filePath: "/elsewhere"))
            #expect(moved.items[6].picture?.path == "/elsewhere/a/b.jpg")
        }
    }

    /// Python needs only `json` and `safetensors`: each line must be JSON alone, each tensor plain.
    @Test func otherProgramsCanReadIt() throws {
        try withDataset(items: 3, [[0, 1], [2]], timestamps: [[5, 6], [7]]) { dataset in
            let items = try String(contentsOf: dataset.folder.appending(path: "items.jsonl"), encoding: .utf8)
            let first = try JSONSerialization.jsonObject(with: Data(items.split(separator: "\n")[0].utf8)) as? [String: String]
            #expect(first == ["id": "i0", "title": "title 0"])
            #expect(
                try String(contentsOf: dataset.folder.appending(path: "users.jsonl"), encoding: .utf8) == "\"u0\"\n\"u1\"\n")
            let file = try SafetensorsFile(dataset.folder.appending(path: "histories.safetensors"))
            #expect(file.entries.mapValues(\.type) == ["items": "I32", "offsets": "I64", "timestamps": "I64"])
            #expect(file.entries.mapValues(\.shape) == ["items": [3], "offsets": [3], "timestamps": [3]])
            let manifest =
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: dataset.folder.appending(path: "dataset.json"))) as? [String: Any]
            #expect(manifest?["formatVersion"] as? Int == 1)
            #expect(manifest?["interactions"] as? Int == 3)
        }
    }

    @Test func theHashIsOfTheContentsAlone() throws {
        let one = try withDataset(items: 3, [[0, 1], [2]]) { $0.manifest.contentHash }
        #expect(try withDataset(items: 3, [[0, 1], [2]]) { $0.manifest.contentHash } == one)
        #expect(try withDataset(items: 3, [[0], [1, 2]]) { $0.manifest.contentHash } != one)
        #expect(try withDataset(items: 4, [[0, 1], [2]]) { $0.manifest.contentHash } != one)
        #expect(try withDataset(items: 3, [[1, 0], [2]]) { $0.manifest.contentHash } != one)
    }

    @Test func contentsThatDoNotFitAreNotWritten() throws {
        let fine = DatasetContents(name: "x", source: "", items: [.init(id: "a"), .init(id: "b")], histories: [("u", [0, 1])])
        func expect(_ problem: String, _ change: (inout DatasetContents) -> Void) throws {
            try withTemporaryFolder { folder in
                var contents = fine
                change(&contents)
                expectError(problem) { try contents.write(to: folder.appending(path: "set")) }
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(left == [])
            }
        }
        func expect(_ problem: String, picture: String, below root: URL?) throws {
            try expect(problem) {
                $0.items[0].picturePath = picture
                $0.pictures = root
            }
        }
        try expect("the dataset has no items") { $0.items = [] }
        try expect("occurs twice") { $0.items[1].id = "a" }
        try expect("without an id") { $0.items[1].id = "" }
        try expect("occurs twice") { ($0.users, $0.offsets) = (["u", "u"], [0, 1, 2]) }
        try expect("without an id") { $0.users = [""] }
        try expect("the dataset has no interactions") { ($0.users, $0.interactions, $0.offsets) = ([], [], [0]) }
        try expect("offsets") { $0.offsets = [0, 1] }
        try expect("fall") { ($0.users, $0.offsets) = (["u", "v"], [0, 3, 2]) }
        try expect("item index 2") { $0.interactions = [0, 2] }
        try expect("fall") { $0.timestamps = [2, 1] }
        try expect("1 timestamps") { $0.timestamps = [2] }
        let root = URL(filePath: "/p")
        try expect("leaves the pictures folder", picture: "../x", below: root)
        try expect("leaves the pictures folder", picture: "a/..", below: root)
        try expect("leaves the pictures folder", picture: "/etc/x", below: root)
        try expect("leaves the pictures folder", picture: "x\0y", below: root)
        try expect("without a pictures folder", picture: "x", below: nil)
    }

    @Test func anOlderDirectoryIsKeptUnlessReplaced() throws {
        try withDataset(items: 2, [[0, 1]]) { dataset in
            let other = DatasetContents(name: "y", source: "", items: [.init(id: "z")], histories: [("u", [0])])
            expectError("already exists", at: "set") { try other.write(to: dataset.folder) }
            let kept = try Dataset.open(dataset.folder)
            #expect(kept.items.count == 2)
            let replaced = try other.write(to: dataset.folder, replacing: true)
            #expect(replaced.items.map(\.id) == ["z"])
        }
    }

    @Test func foldersAndVersionsAreNamed() throws {
        try withTemporaryFolder { folder in
            expectError("not a dataset directory") { _ = try Dataset.open(folder) }
            _ = try folder.file("dataset.json", #"{"formatVersion": 7}"#)
            expectError("version 7", at: "dataset.json", remedy: "Use a newer release.") { _ = try Dataset.open(folder) }
        }
    }

    @Test func aPicturePathInADirectoryFromElsewhereIsConfined() throws {
        try withDataset(items: 1, [[0, 0]]) { dataset in
            _ = try dataset.folder.file("items.jsonl", #"{"id":"i0","picture":"a/../../x"}"# + "\n")
            expectError("had 30 when it was written", at: "items.jsonl") { _ = try Dataset.open(dataset.folder) }
            try FileManager.default.removeItem(at: dataset.folder.appending(path: "index.safetensors"))
            expectError("leaves the pictures folder", at: "items.jsonl:1") { _ = try Dataset.open(dataset.folder) }
        }
    }

    @Test func everyChangedByteIsNoticedAndNoneCrashes() throws {
        var generator = SeededGenerator(seed: 6)
        try withDataset(items: 3, [[0, 1, 2], [2, 1]], timestamps: [[1, 2, 3], [1, 1]]) { dataset in
            for name in ["items.jsonl", "users.jsonl", "histories.safetensors", "index.safetensors", "dataset.json"] {
                let url = dataset.folder.appending(path: name)
                let whole = try Data(contentsOf: url)
                for round in 0..<150 {
                    var changed = whole
                    if round % 3 == 0 {
                        changed = changed.prefix(Int.random(in: 0..<whole.count, using: &generator))
                    } else {
                        let index = Int.random(in: 0..<whole.count, using: &generator)
                        changed[index] ^= UInt8.random(in: 1...255, using: &generator)
                    }
                    try changed.write(to: url)
                    do {
                        try Dataset.open(dataset.folder).verify()
                        // Only the manifest's free texts can change unnoticed.
                        #expect(name == "dataset.json", "\(name) round \(round)")
                    } catch { #expect(error is UserError) }
                    // Where it is not verified, damage may go unnoticed but must not crash.
                    if let dataset = try? Dataset.open(dataset.folder) { use(dataset) }
                }
                try whole.write(to: url)
            }
            try Dataset.open(dataset.folder).verify()
        }
    }

    /// Asks a dataset for everything it can be asked for.
    private func use(_ dataset: Dataset) {
        for history in dataset.histories { _ = Array(history) }
        for (index, item) in dataset.items.enumerated() {
            #expect(item.picturePath == nil)
            if let found = dataset.itemIndex(of: item.id) { #expect(dataset.items[found].id == item.id) }
            _ = dataset.place(ofItem: index)
        }
        for user in 0..<dataset.userCount { _ = dataset.userID(user) }
        for kind in [SplitOptions.Kind.leaveLastTwo, .timestamp] {
            guard let split = try? Split(dataset, SplitOptions(kind: kind, minimumItems: 3)) else { continue }
            for step in 0..<BatchSampler(split, seed: 1).stepCount {
                #expect(BatchSampler(split, seed: 1).batch(epoch: 0, step: step).items.allSatisfy { $0 < 3 })
            }
            for part in Split.Part.allCases {
                for batch in split.evaluationBatches(part, size: 2) {
                    #expect((batch.inputs + batch.maskedItems + batch.targets).allSatisfy { 0 <= $0 && $0 < 3 })
                }
            }
        }
    }
}
