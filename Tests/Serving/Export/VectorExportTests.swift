import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Ranking
import TestModels
import TestSupport
import Testing
import Torch

@testable import Serving

/// Exports byte by byte as each form is documented; `make parity-export` reads them with the programs they are for.
@Suite(.oneAtATime) struct VectorExportTests {
    private func model(_ world: SmallWorld, neighbours: Bool = true, dense: Bool = true) throws -> ServedModel {
        RandomState.seed(4)
        let recommender = try world.recommender()
        let parts: [Score.Dense] = [
            .network(recommender, itemVectors: try Evaluator(world.split).itemVectors(recommender)),
            .content("text", Tensor.randomNormal([world.split.itemCount, 5]).unitRows(), decay: 0.8),
            .popularity(of: world.split, on: .cpu),
        ]
        let score = Score(
            dense ? parts : [], neighbours: neighbours ? try NeighbourPrior(world.split) : nil,
            itemCount: world.split.itemCount,
            weights: ScoreWeights([.network: 1, .content("text"): 3, .popularity: 0.2, .neighbours: 1.5]))
        return ServedModel(score, positions: world.split.options.inputLength, dataset: world.dataset)
    }

    /// Reads numbers from bytes, one after the other.
    private struct Reader {
        let data: Data
        var place = 0

        mutating func bytes(_ count: Int) -> Data {
            defer { place += count }
            return data.subdata(in: place..<place + count)
        }
        mutating func little<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
            bytes(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        }
        mutating func big<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
            bytes(MemoryLayout<Number>.size).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        }
        mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float(bitPattern: little(UInt32.self)) } }
    }

    private func exported(_ form: ExportForm, _ model: ServedModel, _ folder: URL) throws -> Reader {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try VectorExport(model, as: form).write(to: folder)
        return Reader(data: try Data(contentsOf: folder.appending(path: form.fileName)))
    }

    @Test func everyFormHasTheItemsVectors() throws {
        try withTemporaryFolder { folder in
            let model = try model(SmallWorld(folder, items: 50))
            let vectors = model.score.items.floats()
            let (count, width) = (50, 16 + 5 + 1)
            let ids = model.dataset.items.map(\.id)
            #expect(vectors.count == count * width)

            let npy = folder.appending(path: "npy")
            var file = try exported(.npy, model, npy)
            let array = try NumpyFile(npy.appending(path: "items.npy")).tensor
            #expect(array.shape == [count, width] && array.type == .float32)
            file.place = file.data.count - 4 * vectors.count
            #expect(file.place % 64 == 0 && file.floats(vectors.count) == vectors)
            let names = try String(contentsOf: npy.appending(path: "ids.txt"), encoding: .utf8)
            #expect(names == ids.map { "\($0)\n" }.joined())

            file = try exported(.fbin, model, folder.appending(path: "fbin"))
            #expect(file.little(UInt32.self) == 50 && file.little(UInt32.self) == 22)
            #expect(file.floats(vectors.count) == vectors && file.place == file.data.count)

            file = try exported(.faiss, model, folder.appending(path: "faiss"))
            #expect(file.bytes(4) == Data("IxFI".utf8) && file.little(Int32.self) == 22 && file.little(Int64.self) == 50)
            #expect(file.little(Int64.self) == 1 << 20 && file.little(Int64.self) == 1 << 20)
            #expect(file.bytes(1) == Data([1]) && file.little(Int32.self) == 0 && file.little(UInt64.self) == 1100)
            #expect(file.floats(vectors.count) == vectors && file.place == file.data.count)

            file = try exported(.pgvector, model, folder.appending(path: "pgvector"))
            #expect(file.bytes(11) == Data("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] && file.bytes(8) == Data(count: 8))
            for row in 0..<count {
                #expect(file.big(Int16.self) == 2)
                let length = Int(file.big(Int32.self))
                #expect(file.bytes(length) == Data(ids[row].utf8) && file.big(Int32.self) == 4 + 4 * 22)
                #expect(file.big(Int16.self) == 22 && file.big(Int16.self) == 0)
                let numbers = (0..<width).map { _ in Float(bitPattern: file.big(UInt32.self)) }
                #expect(numbers == Array(vectors[row * width..<(row + 1) * width]))
            }
            #expect(file.big(Int16.self) == -1 && file.place == file.data.count)
            let sql = try String(contentsOf: folder.appending(path: "pgvector/load.sql"), encoding: .utf8)
            #expect(sql.contains("vector(22)") && sql.contains("vector_ip_ops") && sql.contains("'items.copy'"))

            file = try exported(.qdrant, model, folder.appending(path: "qdrant"))
            struct Point: Decodable {
                var id: Int
                var vector: [Float]
                var payload: [String: String]
            }
            let points = try file.data.split(separator: 10).map { try JSONDecoder().decode(Point.self, from: $0) }
            #expect(points.map(\.id) == Array(0..<50) && points.flatMap(\.vector) == vectors)
            #expect(points.map { $0.payload["item_id"] } == ids && points[3].payload["title"] == "Item 3")
        }
    }

    @Test func usersTimesItemsIsTheScoreWithoutNeighbours() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, items: 50)
            for neighbours in [false, true] {
                let model = try model(world, neighbours: neighbours)
                let place = folder.appending(path: "\(neighbours)")
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                try VectorExport(model, as: .npy).write(to: place, users: true)
                let users = try Data(contentsOf: place.appending(path: "users.npy")).suffix(30 * 22 * 4)
                var reader = Reader(data: Data(users))
                let products = Tensor(reader.floats(30 * 22)).reshaped([30, 22])
                    .matmul(model.score.items.transposed(0, 1)).floats()
                let plain = try self.model(world, neighbours: false).score
                let batch = EvaluationBatch(
                    histories: (0..<30).map { Array(world.dataset.histories[$0]) }, inputLength: model.positions)
                let expected = withoutGradients { plain.scores(of: batch).floats() }
                #expect(zip(products, expected).allSatisfy { abs($0 - $1) < 1e-4 })

                let card = try JSONFile.read(VectorExport.Card.self, from: place.appending(path: "export.json"))
                #expect(card.leftOut == (neighbours ? ["neighbours": 1.5] : [:]) && card.users == 30 && card.width == 22)
                #expect(card.columns.map(\.part) == ["network", "content.text", "popularity"])
                #expect(card.columns.map(\.start) == [0, 16, 21] && card.columns.map(\.weight) == [1, 3, 0.2])
            }
        }
    }

    @Test func countsAloneAreNoVectors() throws {
        try withTemporaryFolder { folder in
            let model = try model(SmallWorld(folder), dense: false)
            #expect(throws: UserError.self) { _ = try VectorExport(model, as: .npy) }
        }
    }

    /// Titles and ids with everything that JSON, a line and a COPY file give a meaning to.
    @Test func idsOfAnyKindStayInTheirRow() throws {
        try withTemporaryFolder { folder in
            let ids = ["a\nb", "q\"\\", "日本", " x "]
            let dataset = try DatasetContents(
                name: "n", source: "s", items: ids.map { .init(id: $0, title: $0 + "\t") },
                histories: [("u\n", [0, 1, 2, 3, 1])]
            ).write(to: folder.appending(path: "dataset"))
            let score = Score(
                [.constant(.popularity, Tensor([1, 2, 3, 4] as [Float]).unsqueezed(1))], itemCount: 4,
                weights: ScoreWeights([.popularity: 1]))
            let model = ServedModel(score, positions: 5, dataset: dataset)
            let points = try exported(.qdrant, model, folder.appending(path: "qdrant")).data.split(separator: 10)
            #expect(points.count == 4)
            let first = try #require(JSONSerialization.jsonObject(with: points[0]) as? [String: Any])
            #expect((first["payload"] as? [String: String]) == ["item_id": "a\nb", "title": "a\nb\t"])
            let names = try String(contentsOf: folder.appending(path: "qdrant/ids.txt"), encoding: .utf8)
            #expect(names == "a\\nb\nq\"\\\n日本\n x \n")
        }
    }
}
