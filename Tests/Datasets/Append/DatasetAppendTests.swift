import Files
import Owned
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct DatasetAppendTests {
    private typealias Append = DatasetAppend

    /// A dataset of three items, the first of which has a picture, and two users; times are seconds.
    private func dataset(_ folder: URL, order: HistoryOrder? = HistoryOrder(.time, column: "time", unit: .seconds)) throws
        -> URL
    {
        let pictures = folder.appending(path: "raw")
        try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
        try Data("one".utf8).write(to: pictures.appending(path: "one.png"))
        let url = folder.appending(path: "dataset")
        let place = try OwnedFolder(.dataset, at: url, for: .making)
        var (items, users) = (IDTable(), IDTable())
        for id in ["a", "b", "c"] { _ = items.insert(id) }
        for id in ["u", "v"] { _ = users.insert(id) }
        let list = InteractionList()
        for (user, item, time) in [(0, 0, 100), (0, 1, 200), (0, 2, 300), (1, 2, 150), (1, 0, 250)] {
            list.append(Interaction(user: Int32(user), item: Int32(item), timestamp: Int64(time)))
        }
        let offsets = try list.group(users: 2)
        _ = try DatasetWriter(
            name: "d", source: "test",
            items: [
                .init(id: "a", title: "A", picturePath: "one.png"), .init(id: "b", title: "B"), .init(id: "c", title: "C"),
            ],
            itemIDs: items, pictures: pictures, userIDs: users, users: [0, 1], offsets: offsets, interactions: list,
            order: order ?? HistoryOrder(.given)
        ).write(to: place)
        try Data("raw".utf8).write(to: url.appending(path: "inputs.sha256"))
        return url
    }

    private func history(_ dataset: Dataset, _ user: Int) -> [String] {
        dataset.histories[user].map { dataset.items[Int($0)].id }
    }

    @Test func eventsComeInTheOrderOfTimeAndOnlyOnce() throws {
        try withTemporaryFolder { folder in
            let url = try dataset(folder)
            let append = Append(
                items: [.init(id: "d", title: "D")],
                events: [
                    .init(user: "v", item: "d", time: 200_999), .init(user: "w", item: "a", time: 5_000),
                    .init(user: "u", item: "b", time: 200_400), .init(user: "u", item: "gone", time: 1),
                    .init(user: "u", item: "d", time: 300_000), .init(user: "u", item: "d", time: 300_500),
                ])
            let report = try append.run(to: url, note: AppendedPart(source: "events.jsonl", hash: "1"))
            #expect(
                report
                    == Append.Report(newItems: 1, changedItems: 0, newUsers: 1, interactions: 3, known: 2, unknownItems: 1))
            let made = try Dataset.open(url)
            try made.verify()
            #expect(made.items.map(\.id) == ["a", "b", "c", "d"] && (0..<3).map(made.userID) == ["u", "v", "w"])
            #expect(
                history(made, 0) == ["a", "b", "c", "d"] && history(made, 1) == ["c", "d", "a"] && history(made, 2) == ["a"])
            #expect(made.histories.timestamps.map { Array($0) } == [100, 200, 300, 300, 150, 200, 250, 5])
            // Raw files and pictures are what they were.
            #expect(try String(contentsOf: url.appending(path: "inputs.sha256"), encoding: .utf8) == "raw")
            #expect(made.items[0].picture?.lastPathComponent == "one.png")
            // The same again adds nothing and leaves the dataset.
            let again = try append.run(to: url, note: AppendedPart(source: "events.jsonl", hash: "2"))
            #expect(again == Append.Report(known: 5, unknownItems: 1))
            #expect(try Dataset.open(url).manifest == made.manifest)
            #expect(try AppendedParts.read(of: url).all.map(\.hash) == ["1", "2"])
            #expect(try AppendedParts.read(of: url).last(from: "events.jsonl")?.report == again)
        }
    }

    @Test func picturesOfBothAreThere() throws {
        try withTemporaryFolder { folder in
            let url = try dataset(folder)
            func picture(_ text: String) throws -> URL {
                let file = folder.appending(path: "\(text).jpg")
                try Data(text.utf8).write(to: file)
                return file
            }
            let note = AppendedPart(source: "s")
            let first = Append(items: [
                .init(id: "d", title: "D", picture: try picture("two")),
                .init(id: "b", title: "B", picture: try picture("three")),
                // As it is.
                .init(id: "a", title: "A", picture: try picture("one")),
            ])
            #expect(try first.run(to: url, note: note) == Append.Report(newItems: 1, changedItems: 1))
            func contents() throws -> [String?] {
                let made = try Dataset.open(url)
                try made.verify()
                return try made.items.map { try $0.picture.map { try String(contentsOf: $0, encoding: .utf8) } }
            }
            #expect(try contents() == ["one", "three", nil, "two"])
            let second = Append(items: [
                .init(id: "e", picture: try picture("four")), .init(id: "b", title: "B"),
                .init(id: "d", title: "Changed", picture: try picture("two")),
            ])
            #expect(try second.run(to: url, note: note) == Append.Report(newItems: 1, changedItems: 2))
            #expect(try contents() == ["one", nil, nil, "two", "four"])
            #expect(try second.run(to: url, note: note) == Append.Report())
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "raw").path) == ["one.png"])
        }
    }

    @Test func timesThatCountNothingAreRefusedAndNoTimesComeLast() throws {
        try withTemporaryFolder { folder in
            let numbers = try dataset(folder, order: HistoryOrder(.time, column: "t", unit: .numbers))
            let append = Append(events: [.init(user: "u", item: "a", time: 2_000), .init(user: "u", item: "b", time: 1_000)])
            #expect(throws: UserError.self) { try append.run(to: numbers, note: AppendedPart(source: "s")) }
            #expect(history(try Dataset.open(numbers), 0) == ["a", "b", "c"])
        }
        try withTemporaryFolder { folder in
            let url = try dataset(folder, order: nil)
            let append = Append(events: [.init(user: "u", item: "a", time: 2_000), .init(user: "u", item: "b", time: 1_000)])
            #expect(try append.run(to: url, note: AppendedPart(source: "s")).interactions == 2)
            let made = try Dataset.open(url)
            try made.verify()
            #expect(history(made, 0) == ["a", "b", "c", "b", "a"] && made.histories.timestamps == nil)
        }
    }
}
