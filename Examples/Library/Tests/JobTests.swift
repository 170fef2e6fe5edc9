import Foundation
import IISAN
import Testing

/// Three jobs that a program may have, each in a few lines.
@Suite(.serialized) struct JobTests {
    private static let encoders = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Demo/encoders")

    /// A catalogue of a program's own: what thirty items are called, and who had which, oldest first.
    private static let titles = ["shoe", "cup", "lamp"].flatMap { kind in (0..<10).map { "\(kind) of colour \($0)" } }
    private static let histories: [(user: String, items: [Int32])] = (0..<40).map { user in
        let items: [Int32] = (0..<6).map { place in Int32((7 * user + 3 * place) % 30) }
        return (user: "u\(user)", items: items)
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-library-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func writeDataset(to folder: URL) throws -> Dataset {
        let items = Self.titles.enumerated().map { DatasetContents.Item(id: "i\($0)", title: $1) }
        try DatasetContents(name: "shop", source: "a program", items: items, histories: Self.histories).write(to: folder)
        return try Dataset.open(folder)
    }

    private func train(in folder: URL) throws -> Pipeline {
        let dataset = try writeDataset(to: folder.appending(path: "dataset"))
        var configuration = Configuration()
        configuration.data.dataset = dataset.folder.path
        configuration.encode.text = .init()
        configuration.encode.text?.encoder = Self.encoders.appending(path: "text").path
        configuration.encode.text?.store = folder.appending(path: "states").path
        configuration.train.run = folder.appending(path: "run").path
        configuration.train.training.epochs = 1
        let pipeline = Pipeline(configuration)
        try pipeline.encode()
        try pipeline.train()
        return pipeline
    }

    @Test func aCatalogueIsEncoded() async throws {
        try await withFolder { folder in
            let dataset = try writeDataset(to: folder.appending(path: "dataset"))
            let encoder = try CatalogueEncoder(
                .text, of: dataset.items.map(CatalogueItem.init), with: Self.encoders.appending(path: "text"))
            let store = try encoder.encode(into: folder.appending(path: "states")).store
            #expect(store.row(29).count == store.layers.count * store.width)
        }
    }

    @Test func aRunOfOnesOwnDataIsOpenedByTheCommand() async throws {
        try await withFolder { folder in
            _ = try train(in: folder)
            // As `iisan evaluate FOLDER/run` does.
            let result = try Pipeline(run: folder.appending(path: "run")).evaluate()
            let card = try #require(result.test)
            #expect(card.text.contains("HR@10"))
        }
    }

    @Test func tasksAreAnsweredSideBySide() async throws {
        try await withFolder { folder in
            _ = try train(in: folder)
            let run = try await ServedRun(folder.appending(path: "run"))
            let answers = try await withThrowingTaskGroup { group in
                for user in 0..<8 {
                    group.addTask { try await run.recommend([["i\(user)", "i\(user + 9)"]], top: 3)[0] }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 8 && answers.allSatisfy { $0.map(\.rank) == [1, 2, 3] })

            // An item that nobody trained on is in the next answer, and gone from the one after it is removed.
            try await run.add("new", title: "lamp of colour 3")
            #expect(try await run.recommend([["i23", "new"]], top: 100)[0].count == 29)
            #expect(try await run.recommend([["i23"]], top: 100)[0].contains { $0.item == "new" })
            try await run.remove("new")
            #expect(try await run.recommend([["i23"]], top: 100)[0].count == 29)
        }
    }
}
