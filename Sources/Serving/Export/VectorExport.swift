import Datasets
package import Files
package import Foundation
import Metrics
import Ranking
import Torch

/// The vectors of a model, written for another program: the inner product of a history's vector with an item's is the item's score.
///
/// The vectors of all dense parts stand side by side, and the parts' weights are in the history's vector. What is no inner product, the
/// neighbours, is left out, and ``leftOut`` says so.
package struct VectorExport {
    private let model: ServedModel
    private let form: ExportForm

    /// What `export.json` says.
    package struct Card: Codable, Equatable, Sendable {
        /// The version of what is written, 1.
        package var formatVersion = 1
        /// The form of the vectors.
        package var form: String
        /// How many items there are; an item's row is its line in `ids.txt`.
        package var items: Int
        /// How many users' vectors there are; nil where none were asked for.
        package var users: Int?
        /// Numbers in a vector.
        package var width: Int
        /// How two vectors are compared: `dot`, never by the cosine.
        package var similarity = "dot"
        /// What the columns are.
        package var columns: [Columns]
        /// What of the score is in no vector, with its weight.
        package var leftOut: [String: Double]
    }

    /// Columns of one part of the score.
    package struct Columns: Codable, Equatable, Sendable {
        /// Its name.
        package var part: String
        /// The first of them, from 0.
        package var start: Int
        /// How many there are.
        package var count: Int
        /// What the history's vector was multiplied with.
        package var weight: Double
    }

    /// Prepares an export; nothing is written.
    ///
    /// - Throws: ``UserError`` when the model has no vectors at all, or wider ones than the form takes.
    package init(_ model: ServedModel, as form: ExportForm) throws {
        self.model = model
        self.form = form
        guard !model.score.dense.isEmpty else {
            throw UserError(
                "neighbours are counts of pairs of items and no vectors",
                remedy: "Choose a run with network, content or popularity.")
        }
        let width = model.score.items.size(1)
        if let most = form.greatestWidth, width > most {
            throw UserError(
                "the vectors have \(width) numbers, \(form.rawValue) takes \(most)", remedy: "Lower train.score.content_width.")
        }
    }

    /// What the export is.
    package var card: Card {
        let score = model.score
        var columns: [Columns] = []
        for part in score.dense {
            let start = columns.last.map { $0.start + $0.count } ?? 0
            columns.append(
                Columns(part: part.part.rawValue, start: start, count: part.items.size(1), weight: score.weights[part.part]))
        }
        return Card(
            form: form.rawValue, items: score.itemCount, width: score.items.size(1), columns: columns, leftOut: leftOut)
    }

    /// The parts of the score that no vector has, with their weights.
    package var leftOut: [String: Double] {
        let weight = model.score.weights[.neighbours]
        return model.score.neighbours != nil && weight != 0 ? [ScorePart.neighbours.rawValue: weight] : [:]
    }

    /// Writes all files into a folder that is empty.
    ///
    /// - Parameter users: whether the vectors of all users of the dataset are written too, each after its whole history.
    /// - Throws: ``UserError`` when an id cannot be written in the form or the disk fails; `CancellationError` when told to stop.
    package func write(
        to folder: URL, users: Bool = false, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws {
        try writeItems(to: folder, progress, stop)
        try writeSettings(to: folder)
        var card = card
        if users { card.users = try writeUsers(to: folder, progress, stop) }
        try JSONFile.write(card, to: folder.appending(path: Self.cardName))
    }

    /// The file that marks the folder.
    package static let cardName = "export.json"

    private func writeItems(to folder: URL, _ progress: WorkProgress.Handler?, _ stop: StopToken) throws {
        let search = try model.snapshot().search
        let items = model.dataset.items
        let file = try AtomicFile(folder.appending(path: form.fileName))
        let ids = try AtomicFile(folder.appending(path: "ids.txt"))
        try file.write(Data(form.head(rows: search.count, width: search.width)))
        var row = 0
        for block in search.blocks {
            try stop.check()
            var (bytes, names): ([UInt8], [UInt8]) = ([], [])
            bytes.reserveCapacity(block.count * search.width * 4)
            try block.withRows { numbers in
                for start in stride(from: 0, to: numbers.count, by: search.width) {
                    let item = items[row]
                    if form == .pgvector, item.id.utf8.contains(0) {
                        throw UserError("item \(item.id.quoted) has a zero byte in its id, which PostgreSQL takes in no text")
                    }
                    form.append(row, numbers[start..<start + search.width], item: { (item.id, item.title) }, to: &bytes)
                    names += "\(item.id.onOneLine)\n".utf8
                    row += 1
                }
            }
            try file.write(Data(bytes))
            try ids.write(Data(names))
            progress?(WorkProgress("exporting", done: row, total: search.count, unit: "items"))
        }
        try file.write(Data(form.tail))
        try file.commit()
        try ids.commit()
    }

    /// What the other program has to be told, where it cannot see it in the vectors.
    private func writeSettings(to folder: URL) throws {
        let width = model.score.items.size(1)
        switch form {
        case .npy, .fbin, .faiss: break
        case .pgvector:
            // No index of pgvector takes more than 2,000 columns of float32; without one the order is exact.
            let index =
                width <= 2_000
                ? "-- Approximate and faster: CREATE INDEX ON items USING hnsw (embedding vector_ip_ops);\n" : ""
            try AtomicFile.write(
                """
                -- In psql, from this folder. <#> is minus the inner product; the vector is a history's, as of users.npy.
                CREATE EXTENSION IF NOT EXISTS vector;
                CREATE TABLE items (id text PRIMARY KEY, embedding vector(\(width)) NOT NULL);
                \\copy items (id, embedding) FROM '\(form.fileName)' WITH (FORMAT binary)
                \(index)-- SELECT id, -(embedding <#> $1) AS score FROM items ORDER BY embedding <#> $1 LIMIT 10;

                """, to: folder.appending(path: "load.sql"))
        case .qdrant:
            try AtomicFile.write(
                "{\"vectors\": {\"size\": \(width), \"distance\": \"Dot\"}}\n", to: folder.appending(path: "collection.json"))
        }
    }

    /// Writes the users' vectors; how many there are.
    private func writeUsers(to folder: URL, _ progress: WorkProgress.Handler?, _ stop: StopToken) throws -> Int {
        let dataset = model.dataset
        let width = model.score.items.size(1)
        let file = try AtomicFile(folder.appending(path: "users.npy"))
        let ids = try AtomicFile(folder.appending(path: "users.txt"))
        try file.write(Data(ExportForm.npy.head(rows: dataset.userCount, width: width)))
        for start in stride(from: 0, to: dataset.userCount, by: 1024) {
            try stop.check()
            let users = start..<min(start + 1024, dataset.userCount)
            let batch = EvaluationBatch(histories: users.map { Array(dataset.histories[$0]) }, inputLength: model.positions)
            let vectors = try withTensorErrors {
                try withoutGradients { try model.score.users(batch).to(.cpu).to(.float32).checked().floats() }
            }
            try vectors.withUnsafeBytes { try file.write($0) }
            try ids.write(users.map { "\(dataset.userID($0).onOneLine)\n" }.joined())
            progress?(WorkProgress("exporting", done: users.upperBound, total: dataset.userCount, unit: "users"))
        }
        try file.commit()
        try ids.commit()
        return dataset.userCount
    }
}
