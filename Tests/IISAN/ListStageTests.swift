import Files
import Foundation
import Serving
import TestSupport
import Testing

@testable import IISAN

/// Lists of all users: the same bytes whether their writing was disturbed or not.
@Suite(.oneAtATime) struct ListStageTests {
    private func trained(_ folder: URL) throws {
        let shop = try TinyShop(folder)
        let file = shop.folder.appending(path: "config.yaml")
        let set = ["recipe=modern", "train.epochs=1", "train.run=run"]
        try Pipeline(try Configuration(file, overrides: set), file: file).runAll()
    }

    /// The run, stopped as soon as so many users are done; never for nil.
    private func pipeline(_ folder: URL, stoppingAt users: Int? = nil) throws -> Pipeline {
        var observer = Pipeline.Observer()
        let stop = observer.stop
        observer.onProgress = { progress in
            if let users, progress.unit == "users", progress.done >= users { stop.request() }
        }
        return try Pipeline(run: folder.appending(path: "run"), observer: observer)
    }

    @Test(arguments: [ListForm.tsv, .jsonl]) func aStoppedOneGoesOnToTheSameBytes(_ form: ListForm) throws {
        try withTemporaryFolder { folder in
            try trained(folder)
            var options = Pipeline.ListOptions(top: 5, form: form)
            options.batch = 7
            let (whole, parts) = (folder.appending(path: "whole"), folder.appending(path: "parts"))
            try pipeline(folder).writeLists(options, to: whole)
            for users in [1, 20, 45] {
                #expect(throws: CancellationError.self) {
                    try pipeline(folder, stoppingAt: users).writeLists(options, to: parts)
                }
                #expect(!FileManager.default.fileExists(atPath: parts.path))
            }
            try pipeline(folder).writeLists(options, to: parts)
            #expect(try Data(contentsOf: parts) == Data(contentsOf: whole))

            // What is printed is what is written, and where the file of vectors is made first too.
            try FileManager.default.removeItem(at: folder.appending(path: "run/served.safetensors"))
            var printed: [UInt8] = []
            try pipeline(folder).makeLists(options) { printed += $0 }
            #expect(try Data(contentsOf: whole) == Data(printed))

            // Every user has the list of a single question.
            let model = try pipeline(folder).served()
            let lines = String(decoding: printed, as: UTF8.self).split(separator: "\n")
            let dataset = model.dataset
            #expect(lines.count == (form == .tsv ? 1 + 5 * dataset.userCount : dataset.userCount))
            guard form == .tsv else { return }
            for user in 0..<dataset.userCount {
                let ids = dataset.histories[user].map { dataset.items[Int($0)].id }
                let single = try model.recommend([ids], top: 5)[0]
                let list = lines[1 + 5 * user..<6 + 5 * user].map { $0.split(separator: "\t") }
                #expect(list.map { $0[0] }.allSatisfy { $0 == dataset.userID(user) })
                #expect(list.map { String($0[2]) } == single.map(\.item))
            }
        }
    }

    @Test func anotherQuestionBeginsAnew() throws {
        try withTemporaryFolder { folder in
            try trained(folder)
            var options = Pipeline.ListOptions(top: 5)
            options.batch = 7
            let (one, other) = (folder.appending(path: "one"), folder.appending(path: "other"))
            #expect(throws: CancellationError.self) { try pipeline(folder, stoppingAt: 20).writeLists(options, to: one) }
            options.top = 3
            try pipeline(folder).writeLists(options, to: one)
            try pipeline(folder).writeLists(options, to: other)
            #expect(try Data(contentsOf: one) == Data(contentsOf: other))
            #expect(throws: UserError.self) { try pipeline(folder).writeLists(options, to: one) }
            options.top = 0
            #expect(throws: UserError.self) { try pipeline(folder).writeLists(options, to: folder.appending(path: "none")) }
        }
    }
}
