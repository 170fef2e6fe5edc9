import Encoders
import Files
import Foundation
import HiddenStates
import TestSupport
import Testing
import Torch

@testable import Catalogue

/// Encoders that are read block by block because the memory is too small for them.
@Suite(.oneAtATime) struct StreamingTests {
    /// Options under which the encoder of a directory is read block by block.
    private func options(
        for directory: URL, _ modality: Modality, precision: EncodingOptions.Precision = .float32, shardItems: Int = 30
    ) throws -> EncodingOptions {
        var options = EncodingOptions()
        options.maximumTokens = 7
        options.batchTokens = 21
        options.shardItems = shardItems
        options.precision = precision
        // Just enough for two blocks; the whole encoder has embeddings and a norm besides.
        let items = (0..<shardItems).map { CatalogueItem(id: "\($0)") }
        let plan = try CatalogueEncoder(modality, of: items, with: directory, options: options).plan()
        let parts = try EncoderPlan(EncoderDirectory(directory, for: modality), dtype: precision.dtype)
        options.memory = plan.memoryBytes - plan.inputBytes - plan.weightBytes + parts.blockwiseBytes
        return options
    }

    /// Rewrites the weights of a directory in another type.
    private func store(_ directory: URL, as dtype: ElementType) throws {
        let weights = try Weights(directory: directory)
        let tensors = try weights.names.sorted().map { (key: $0, value: try weights.tensor($0).to(dtype).clone()) }
        try Weights.write(tensors, to: directory.appending(path: "model.safetensors"))
    }

    private func isBlockwise(_ encoder: CatalogueEncoder) -> Bool {
        if case .blocks = encoder.weights { true } else { false }
    }

    @Test(
        arguments: ["bert-golden", "llama-golden", "mixtral-golden", "gemma2-golden", "qwen3-golden", "deberta-golden"],
        [Pooling.first, .mean, .last])
    func storesAreThoseOfTheWholeEncoder(name: String, pooling: Pooling) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder, named: name)
            let items = SmallEncoders.titles(100)
            for precision in EncodingOptions.Precision.allCases {
                try store(directory, as: precision.dtype)
                let limited = try options(for: directory, .text, precision: precision)
                for layers in [[0, 2, 1], [1], [0]] {
                    var options = limited
                    options.pooling = pooling
                    options.layers = layers
                    options.storedType = .float32
                    let blockwise = try CatalogueEncoder(.text, of: items, with: directory, options: options)
                    #expect(isBlockwise(blockwise) || layers.max() != 2)
                    let parts = folder.appending(path: "parts-\(precision)-\(layers)")
                    let result = try blockwise.encode(into: parts)
                    options.memory = nil
                    let whole = folder.appending(path: "whole-\(precision)-\(layers)")
                    let other = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: whole)
                    try expectSameStates(parts, whole, precision: precision)
                    #expect(result.encoded == other.encoded && result.missing == other.missing && result.encoded > 60)
                }
            }
        }
    }

    @Test func picturesGoThroughBlocksToo() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            var items = try SmallEncoders.pictures(40, in: folder)
            items[7].picture = nil
            try AtomicFile.write("no picture", to: folder.appending(path: "20.png"))
            var options = try options(for: directory, .image)
            let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            #expect(isBlockwise(encoder))
            let result = try encoder.encode(into: folder.appending(path: "parts"))
            options.memory = nil
            _ = try CatalogueEncoder(.image, of: items, with: directory, options: options)
                .encode(into: folder.appending(path: "whole"))
            #expect(result.skipped.map(\.item) == ["item 20"])
            #expect(result.missing == 2)
            try expectSameStates(folder.appending(path: "parts"), folder.appending(path: "whole"))
        }
    }

    @Test(arguments: [1, 4, 9]) func interruptedRunsGoOnAtTheBlockTheyReached(steps: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder, named: "llama-golden")
            let items = SmallEncoders.titles(100)
            let options = try options(for: directory, .text)
            let whole = folder.appending(path: "whole")
            let parts = folder.appending(path: "parts")
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: whole)
            var cancelled = 0
            var furthest = 0
            while true {
                var batches = steps + 4 * cancelled
                var tasks: [String] = []
                let stop = StopToken()
                func count(_ progress: WorkProgress) {
                    tasks.append(progress.task)
                    batches -= 1
                    if batches <= 0 { stop.request() }
                }
                do {
                    let encoder = try CatalogueEncoder(.text, of: items, with: directory, options: options)
                    _ = try encoder.encode(into: parts, progress: count, stop: stop)
                    break
                } catch is CancellationError {
                    cancelled += 1
                    let reached = tasks.last.map { $0.contains("block 2") ? 2 : $0.contains("block 1") ? 1 : 0 } ?? furthest
                    #expect(reached >= furthest, "what was done is not done again")
                    furthest = reached
                }
            }
            #expect(cancelled > 2 && furthest == 2)
            #expect(try contents(of: parts) == contents(of: whole))
        }
    }

    @Test func onlyNewItemsGoThroughTheBlocks() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder, named: "llama-golden")
            let options = try options(for: directory, .text)
            let store = folder.appending(path: "store")
            var items = SmallEncoders.titles(60)
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: store)
            items[3].title = "f f f"
            items.append(CatalogueItem(id: "new", title: "c b a"))
            items.remove(at: 10)
            let result = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: store)
            #expect(result.encoded == 2)
            let anew = folder.appending(path: "anew")
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: anew)
            try expectSameStates(store, anew)
        }
    }

    @Test(arguments: [1, 14_000]) func aSmallDiskTakesTheShardsInGroups(limit: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder, named: "llama-golden")
            let items = SmallEncoders.titles(100)
            var options = try options(for: directory, .text, shardItems: 10)
            let whole = folder.appending(path: "whole")
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: whole)
            options.spillLimit = limit
            var embeddings = 0
            var task = ""
            let parts = folder.appending(path: "parts")
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(
                into: parts,
                progress: {
                    if $0.task != task, $0.task.contains("embeddings") { embeddings += 1 }
                    task = $0.task
                })
            #expect(embeddings == (limit == 1 ? 10 : 5), "\(embeddings)")
            #expect(try contents(of: parts) == contents(of: whole))
        }
    }

    @Test(arguments: [
        nil, ("\"layer\" : 0", "\"layer\" : 9"), ("\"layer\" : 0", "\"layer\" : -1"),
        ("\"tokens\" : 7", "\"tokens\" : 9000000000"), ("\"place\" : 0", "\"place\" : -8"), ("\"from\" : ", "\"from\" : 1000"),
    ])
    func aDamagedRecordStartsTheBlocksAnew(change: (String, String)?) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder, named: "llama-golden")
            let items = SmallEncoders.titles(60)
            let options = try options(for: directory, .text)
            let (whole, parts) = (folder.appending(path: "whole"), folder.appending(path: "parts"))
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: whole)
            var batches = 25
            let stop = StopToken()
            func count(_: WorkProgress) {
                batches -= 1
                if batches <= 0 { stop.request() }
            }
            #expect(throws: CancellationError.self) {
                try CatalogueEncoder(.text, of: items, with: directory, options: options)
                    .encode(into: parts, progress: count, stop: stop)
            }
            let record = folder.appending(path: "parts.building/streaming.json")
            let text = try String(contentsOf: record, encoding: .utf8)
            let damaged = change.map { text.replacing($0.0, with: $0.1) } ?? String(text.prefix(text.count / 2))
            #expect(damaged != text)
            try AtomicFile.write(damaged, to: record)
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: parts)
            #expect(try contents(of: parts) == contents(of: whole))
        }
    }

    @Test func memoryForLessThanTwoBlocksIsRefusedAndThePlanSaysWhatIsRead() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder, named: "llama-golden")
            let items = SmallEncoders.titles(30)
            var options = try options(for: directory, .text)
            let plan = try CatalogueEncoder(.text, of: items, with: directory, options: options).plan()
            #expect(plan.readBytes ?? 0 > plan.weightBytes && plan.spillBytes ?? 0 > 0 && plan.seconds > 0)
            #expect(plan.description.contains("block by block"))
            options.memory = plan.memoryBytes - plan.inputBytes - 1
            let error = #expect(throws: UserError.self) {
                try CatalogueEncoder(.text, of: items, with: directory, options: options)
            }
            #expect(error?.remedy == "Allow more memory, or compute in bfloat16.")
        }
    }
}
