import Files
import Foundation
import HiddenStates
import TestSupport
import Testing

@Suite struct ImportTests {
    private let values: [Float] = (0..<24).map { Float($0) - 7.5 }
    private let options = StateImport.Options(name: "made-elsewhere", modality: .text, dtype: .float32, shardItems: 2)

    /// A safetensors file of float32 tensors.
    private func write(_ tensors: [(name: String, shape: [Int], values: [Float])], to url: URL) throws {
        let file = try SafetensorsWriter(url, tensors.map { .init($0.name, type: "F32", shape: $0.shape) })
        for tensor in tensors { try file.append(tensor.values) }
        try file.commit()
    }

    @Test func aTableWithIdsGivesEveryItemItsRow() throws {
        try withTemporaryFolder { folder in
            let table = folder.appending(path: "states.safetensors")
            try write([("states", [4, 2, 3], values)], to: table)
            let ids = folder.appending(path: "ids.txt")
            try AtomicFile.write("c\nextra\na\nb\n", to: ids)
            let place = folder.appending(path: "store")
            var reports: [Int] = []
            let summary = try StateImport(.table(table, ids: ids), options: options).run(
                into: place, items: ["a", "none", "b", "c"], progress: { reports.append($0.done) })
            #expect(summary.present == 3 && summary.missing == 1 && summary.extra == 1 && summary.extraExamples == ["extra"])
            #expect(reports == [2, 4])
            let store = try HiddenStateStore.open(place)
            try store.verify()
            #expect(store.layers == [0, 1] && store.width == 3 && store.identity.encoder.family == "import")
            #expect(
                store.row(0) == Array(values[12..<18]) && store.row(2) == Array(values[18...])
                    && store.row(3) == Array(values[..<6]))
            #expect((0..<4).map(store.isPresent) == [true, false, true, true] && store.row(1).allSatisfy { $0 == 0 })
        }
    }

    @Test func withoutIdsTheRowsAreTheItems() throws {
        try withTemporaryFolder { folder in
            let table = folder.appending(path: "states.safetensors")
            try write([("states", [8, 3], values)], to: table)
            let items = (0..<8).map { "item-\($0)" }
            var options = options
            options.layers = [12]
            let summary = try StateImport(.table(table, ids: nil), options: options).run(
                into: folder.appending(path: "store"), items: items)
            #expect(summary.store.layers == [12] && summary.store.row(5) == Array(values[15..<18]))
            let error = try #require(throws: UserError.self) {
                try StateImport(.table(table, ids: nil), options: options).run(
                    into: folder.appending(path: "other"), items: Array(items.dropLast()))
            }
            #expect(error.problem.contains("8 rows") && error.problem.contains("7"))
            // The same file with the items in another order is other states.
            var anew = options
            anew.startingAnew = true
            let turned = try StateImport(.table(table, ids: nil), options: anew).run(
                into: folder.appending(path: "store"), items: items.reversed())
            #expect(turned.store.row(0) == Array(values[..<3]))
        }
    }

    @Test func tensorsOfItemsArePooled() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "items.safetensors")
            try write([("a", [2, 2, 3], Array(values[..<12])), ("b", [2, 2, 3], Array(values[12...]))], to: file)
            func row(_ pooling: StoreIdentity.Pooling) throws -> [Float] {
                var options = options
                options.pooling = pooling
                return try StateImport(.tensors(file), options: options).run(
                    into: folder.appending(path: pooling.rawValue), items: ["b", "c"]
                ).store.row(0)
            }
            #expect(try row(.first) == Array(values[12..<15] + values[18..<21]))
            #expect(try row(.last) == Array(values[15..<18] + values[21..<24]))
            let mean = try row(.mean)
            #expect(mean == [6, 7, 8, 12, 13, 14])
        }
    }

    /// The fixtures are files of torch: `list.pt` has layers of 3 and 2 tokens and one vector, each 4 wide.
    @Test func aFolderOfFilesOfTorch() throws {
        try withTemporaryFolder { folder in
            let source = folder.appending(path: "states")
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            let list = fixture("StateFiles/list.pt")
            for id in ["x", "y"] { try Data(contentsOf: list).write(to: source.appending(path: "\(id).pt")) }
            try AtomicFile.write("not a state", to: source.appending(path: "notes.txt"))
            let layers = try TorchFile(list).entries.map { $0.tensor.floats() }
            let summary = try StateImport(.folder(source), options: options).run(
                into: folder.appending(path: "store"), items: ["y", "z", "x"])
            let expected = layers.flatMap { Array($0.prefix(4)) }
            #expect(summary.store.row(0) == expected && summary.store.row(2) == expected && summary.missing == 1)

            try Data(contentsOf: fixture("StateFiles/tensor.pt")).write(to: source.appending(path: "y.pt"))
            try Data(contentsOf: fixture("StateFiles/part.pt")).write(to: source.appending(path: "x.pt"))
            let error = try #require(throws: UserError.self) {
                try StateImport(.folder(source), options: options).run(
                    into: folder.appending(path: "other"), items: ["x", "y"])
            }
            #expect(error.place?.hasSuffix("y.pt") == true && error.problem.contains("3 layers of 4"))
        }
    }

    @Test func aStateThatIsNotFiniteNamesItsItem() throws {
        try withTemporaryFolder { folder in
            let table = folder.appending(path: "states.safetensors")
            var values = values
            values[20] = .nan
            try write([("states", [8, 3], values)], to: table)
            let items = (0..<8).map { "item-\($0)" }
            let place = folder.appending(path: "store")
            let error = try #require(throws: UserError.self) {
                try StateImport(.table(table, ids: nil), options: options).run(into: place, items: items)
            }
            #expect(error.description.contains("item-6") && !FileManager.default.fileExists(atPath: place.path))
        }
    }

    @Test func refusesWhatDoesNotFit() throws {
        try withTemporaryFolder { folder in
            let table = folder.appending(path: "states.safetensors")
            let ids = folder.appending(path: "ids.txt")
            func refuses(_ word: String, _ shape: [Int], ids text: String, layers: [Int]? = nil) throws {
                try write([("states", shape, Array(values.prefix(shape.reduce(1, *))))], to: table)
                try AtomicFile.write(text, to: ids)
                var options = options
                options.layers = layers
                let error = try #require(throws: UserError.self) {
                    try StateImport(.table(table, ids: ids), options: options).run(
                        into: folder.appending(path: "store"), items: ["a", "b"])
                }
                #expect(error.description.contains(word), "\(error)")
            }
            try refuses("twice", [2, 3], ids: "a\na\n")
            try refuses("ids.txt are 1", [2, 3], ids: "a\n")
            try refuses("shape", [2], ids: "a\nb\n")
            try refuses("shape", [2, 1, 1, 3], ids: "a\nb\n")
            try refuses("layers", [2, 2, 3], ids: "a\nb\n", layers: [1])
            try refuses("width", [2, 3, 0], ids: "a\nb\n")
            try refuses("none of the 2", [2, 3], ids: "c\nd\n")
        }
    }
}
