import Files
import Foundation
import TestSupport
import Testing

@testable import IISAN

/// Stages of a pipeline one by one: what they keep, what they leave as it was, and how they stop.
@Suite(.oneAtATime) struct PipelineStageTests {
    private func pipeline(_ folder: URL, _ set: [String] = [], _ observer: Pipeline.Observer = .init()) throws -> Pipeline {
        try Pipeline(Configuration(folder.appending(path: "config.yaml"), overrides: set), observer: observer)
    }

    @Test func encodingWithNothingChangedReadsNoEncoder() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let encoders = fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders/text")
            try FileManager.default.copyItem(at: encoders, to: folder.appending(path: "text"))
            let set = ["encode.text.encoder=text", "train.modality=text"]
            try pipeline(folder, set).importDataset()
            try pipeline(folder, set).encode()
            let weights = folder.appending(path: "text/model.safetensors")
            let before = try shop.state(of: "states/text/manifest.json")
            // Damage that the file's size, time and number do not show is not seen: none of the numbers is read.
            let bytes = try Data(contentsOf: weights)
            let reference = folder.appending(path: "reference")
            try bytes.write(to: reference)
            try Self.touch(reference, as: weights)
            try Self.overwrite(
                weights, with: bytes.prefix(bytes.count / 2) + Data(repeating: 0, count: bytes.count - bytes.count / 2))
            try Self.touch(weights, as: reference)
            var messages: [String] = []
            var observer = Pipeline.Observer()
            observer.onMessage = { messages.append($0) }
            try pipeline(folder, set, observer).encode()
            #expect(messages.count == 1 && messages[0].contains("nothing has changed"), "\(messages)")
            // A file of another time is read again, and found to be the same.
            try Self.overwrite(weights, with: bytes)
            messages = []
            try pipeline(folder, set, observer).encode()
            #expect(messages.contains { $0.contains("MB") || $0.contains("titles") } && messages.count == 2, "\(messages)")
            #expect(try shop.state(of: "states/text/manifest.json").bytes == before.bytes)
            // Another title is encoded.
            let items = folder.appending(path: "world/items.tsv")
            let text = try String(contentsOf: items, encoding: .utf8)
            try AtomicFile.write(text.replacing("\n", with: " again\n"), to: items)
            try pipeline(folder, set).importDataset()
            try pipeline(folder, set).encode()
            #expect(try shop.state(of: "states/text/manifest.json").bytes != before.bytes)
        }
    }

    /// Copies of stores are read in place of the stores: the same weights and answers, and no reason to train again.
    @Test func copiesOfStoresChangeNothing() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            var messages: [String] = []
            var observer = Pipeline.Observer()
            observer.onMessage = { messages.append($0) }
            let set = ["recipe=modern", "train.epochs=1", "train.run=run"]
            try pipeline(folder, set).runAll()
            let cache = ["encode.cache={folder: near, limit: 1GB}"]
            try pipeline(folder, set + cache, observer).encode()
            try pipeline(folder, set + cache, observer).train()
            #expect(messages.count { $0.contains("nothing has changed") } == 3, "\(messages)")
            let near = folder.appending(path: "near")
            #expect(!FileManager.default.fileExists(atPath: near.path))
            try pipeline(folder, set + cache + ["train.run=other"]).runAll()
            #expect(try FileManager.default.contentsOfDirectory(atPath: near.path).count == 2)
            for name in ["checkpoints/best/model.safetensors", "score.safetensors"] {
                #expect(try shop.state(of: "run/\(name)").bytes == shop.state(of: "other/\(name)").bytes)
            }
            // A limit that no copy is within is said, and the stores are read where they are.
            messages = []
            let small = ["encode.cache={folder: small, limit: 1KB}", "train.run=third"]
            try pipeline(folder, set + small, observer).train()
            #expect(messages.count { $0.contains("encode.cache.limit") } == 2)
            #expect(
                try shop.state(of: "third/checkpoints/best/model.safetensors").bytes
                    == shop.state(of: "run/checkpoints/best/model.safetensors").bytes)
        }
    }

    /// Gives a file the time of another.
    private static func touch(_ file: URL, as other: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["touch", "-r", other.path, file.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Writes other bytes into a file, which stays the same file.
    private static func overwrite(_ file: URL, with bytes: Data) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    @Test func servingLeavesTheRandomStateAsItWas() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            try pipeline(folder, ["train.method=id", "train.epochs=1"]).runAll()
            let run = try Pipeline(run: folder.appending(path: "run"))
            RandomState.seed(7)
            _ = Tensor.randomNormal([3])
            let before = RandomState.current().array(of: UInt8.self)
            _ = try run.served()
            _ = try run.evaluate()
            #expect(RandomState.current().array(of: UInt8.self) == before)
        }
    }

    @Test func popularityRecommendsTheMostPopularUnseenItems() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            try pipeline(folder, ["train.method=popularity"]).runAll()
            let run = try Pipeline(run: folder.appending(path: "run"))
            let dataset = try run.dataset()
            let popularity = try run.split(of: dataset).popularity
            let best = popularity.indices.sorted { popularity[$0] > popularity[$1] }
            let seen = dataset.items[best[0]].id
            let list = try run.served().recommend([[seen]], top: 5)[0]
            #expect(list.map(\.score) == best[1...5].map { popularity[$0] } && !list.contains { $0.item == seen })
        }
    }

    @Test func aStoppedRunIsEvaluatedAtItsBestEpochAndIsNotTakenForAWholeOne() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            let set = ["train.method=id", "train.epochs=5"]
            let stop = StopToken()
            var observer = Pipeline.Observer(stop: stop)
            var messages: [String] = []
            observer.onEpoch = { if $0.epoch == 2 { stop.request() } }
            #expect(throws: CancellationError.self) { try pipeline(folder, set, observer).runAll() }
            var other = Pipeline.Observer()
            other.onMessage = { messages.append($0) }
            let run = try Pipeline(run: folder.appending(path: "run"), observer: other)
            let result = try run.evaluate()
            #expect(result.test != nil && result.cost == nil && (1...2).contains(result.bestEpoch ?? 0))
            #expect(messages.contains { $0.contains("was stopped before the end") }, "\(messages)")
            try run.report()
            #expect(try !run.isComplete())
            // The same command goes on from there.
            try pipeline(folder, set).runAll()
            #expect(try RunResult.read(from: run.run.result).cost?.epochs == 5)
            #expect(try run.isComplete())
        }
    }

    /// Every stage is asked to stop before it has done anything.
    @Test func everyStageThatIsAskedToStopThrows() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            try pipeline(folder, ["train.epochs=1"]).runAll()
            let stop = StopToken()
            stop.request()
            let observer = Pipeline.Observer(stop: stop)
            let run = try Pipeline(run: folder.appending(path: "run"), observer: observer)
            #expect(throws: CancellationError.self) { try run.evaluate() }
            #expect(throws: CancellationError.self) { _ = try run.served() }
            #expect(throws: CancellationError.self) { try run.report() }
            #expect(throws: CancellationError.self) { _ = try run.verifyStores() }
            #expect(throws: CancellationError.self) {
                try pipeline(folder, ["train.run=other", "train.method=lora"], observer).train()
            }
            #expect(throws: CancellationError.self) {
                try pipeline(folder, ["encode.text.store=other/text", "encode.image.store=other/image"], observer).encode()
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "other").path))
        }
    }

    @Test func listLengthsWithoutTenLeaveTheReportsTablesWhole() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            try pipeline(folder, ["train.method=popularity", "evaluate.cutoffs=[5]"]).runAll()
            let csv = try String(contentsOf: folder.appending(path: "run/table.csv"), encoding: .utf8).split(separator: "\r\n")
            let (names, values) = (csv[0].split(separator: ",", omittingEmptySubsequences: false), csv[1])
            let row = values.split(separator: ",", omittingEmptySubsequences: false)
            for (name, value) in zip(names, row) where name.contains("@10") && !name.contains("validation") {
                #expect(!value.isEmpty, "\(name) of \(csv)")
            }
        }
    }
}
