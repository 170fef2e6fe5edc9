import Files
import Foundation
import Serving
import TestSupport
import Testing
import Torch

@testable import IISAN

/// What a run keeps so that opening it computes nothing: when it is taken, and when it is made again.
@Suite(.oneAtATime) struct ServedStageTests {
    private let set = ["recipe=modern", "train.epochs=1", "train.run=run"]

    private func trained(_ folder: URL) throws -> TinyShop {
        let shop = try TinyShop(folder)
        let file = folder.appending(path: "config.yaml")
        try Pipeline(try Configuration(file, overrides: set), file: file).runAll()
        return shop
    }

    /// Answers of a run, and what was said while it was opened.
    private func answers(_ folder: URL, _ overrides: [String] = []) throws -> (lists: [[Recommendation]], said: [String]) {
        var observer = Pipeline.Observer()
        let said = Said()
        observer.onMessage = { said.lines.append($0) }
        let pipeline = try Pipeline(run: folder.appending(path: "run"), overrides: overrides, observer: observer)
        let ids = try pipeline.dataset().items.prefix(9).map(\.id)
        return (try pipeline.served().recommend([[ids[0], ids[5]], [ids[8]], Array(ids)], top: 20), said.lines)
    }

    private final class Said { var lines: [String] = [] }

    private func isAlike(_ one: [[Recommendation]], _ other: [[Recommendation]]) -> Bool {
        zip(one, other).allSatisfy { one, other in
            one.map(\.item) == other.map(\.item)
                && zip(one, other).allSatisfy { abs($0.score - $1.score) < 1e-5 * abs(one[0].score) }
        }
    }

    @Test func openingComputesNothing() throws {
        try withTemporaryFolder { folder in
            _ = try trained(folder)
            let kept = folder.appending(path: "run/served.safetensors")
            let inputs = try #require(ServedCatalogue.inputs(of: kept))
            let fromFile = try answers(folder)
            #expect(fromFile.said.isEmpty && fromFile.lists.map(\.count) == [20, 20, 20])

            // Computed anew they are the same, and kept again.
            try FileManager.default.removeItem(at: kept)
            #expect(isAlike(try answers(folder).lists, fromFile.lists))
            #expect(ServedCatalogue.inputs(of: kept) == inputs)

            // Neither states nor parameters are read.
            for path in ["states/text/states-00000.safetensors", "run/checkpoints/best/model.safetensors"] {
                try FileManager.default.moveItem(
                    at: folder.appending(path: path),
                    to: folder.appending(path: "\(URL(filePath: path).lastPathComponent).away"))
            }
            #expect(try answers(folder).lists == fromFile.lists)

            // Nor is the device asked for; the threads are as configured.
            let threads = LibTorch.threads
            defer { LibTorch.threads = threads }
            #expect(try answers(folder, ["device=cuda:7", "threads=3"]).lists == fromFile.lists)
            #expect(LibTorch.threads == 3)
        }
    }

    @Test func whatIsStaleOrDamagedIsMadeAgain() throws {
        try withTemporaryFolder { folder in
            let shop = try trained(folder)
            let kept = folder.appending(path: "run/served.safetensors")
            let whole = try answers(folder)
            let bytes = try shop.state(of: "run/served.safetensors").bytes

            // Other weights are others answers' and said so.
            let other = ["train.score.parts=[network, popularity]"]
            let file = folder.appending(path: "config.yaml")
            try Pipeline(try Configuration(file, overrides: set + other), file: file).evaluate()
            #expect(try shop.state(of: "run/served.safetensors").bytes != bytes)
            let stale = try answers(folder)
            #expect(stale.said.contains { $0.contains("computed again") } && isAlike(stale.lists, whole.lists))
            #expect(try answers(folder).said.isEmpty)

            // Bytes that are no file, and a part of one.
            for damaged in [Data("no file".utf8), bytes.prefix(bytes.count / 2)] {
                try damaged.write(to: kept)
                #expect(isAlike(try answers(folder).lists, whole.lists))
                #expect(ServedCatalogue.inputs(of: kept) != nil)
            }

            // What stands in the way of writing stands not in the way of answers.
            try FileManager.default.removeItem(at: kept)
            try FileManager.default.createDirectory(at: kept.appending(path: "in the way"), withIntermediateDirectories: true)
            let unkept = try answers(folder)
            #expect(isAlike(unkept.lists, whole.lists) && unkept.said.contains { $0.contains("not kept") })
        }
    }
}
