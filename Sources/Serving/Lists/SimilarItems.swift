import Datasets
import Files
import Metrics
import Modeling
import Ranking
package import Torch

extension ServedModel {
    /// How items are compared.
    package enum Likeness {
        /// The cosine of two rows [items, width].
        case vectors(Tensor)
        /// What is often near an item in histories.
        case neighbours
    }

    /// The names of what items can be compared by: `all`, modalities, `neighbours`. Popularity compares nothing.
    package var likenesses: [String] {
        let content = contents.map { String($0.part.rawValue.dropFirst(Self.content.count)) }
        let all = network != nil || !content.isEmpty ? ["all"] : []
        return all + content + (score.neighbours == nil ? [] : [ScorePart.neighbours.rawValue])
    }

    /// What a name of ``likenesses`` stands for; nil for another.
    ///
    /// `all` is the network's vectors, the catalogue's mean taken off; where there is no network, the content of all modalities side by
    /// side. A modality's name is its content.
    package func likeness(_ name: String) -> Likeness? {
        guard likenesses.contains(name) else { return nil }
        if name == ScorePart.neighbours.rawValue { return .neighbours }
        if name != "all" { return contents.first { $0.part == .content(name) }.map { .vectors($0.items) } }
        return .vectors(network.map { Self.centred($0.items) } ?? .concatenated(contents.map(\.items), along: 1))
    }

    private static let content = ScorePart.content("").rawValue
    private var network: Score.Dense? { score.dense.first { $0.part == .network } }
    private var contents: [Score.Dense] { score.dense.filter { $0.part.rawValue.hasPrefix(Self.content) } }

    /// Vectors without the catalogue's mean, which says nothing of an item: cosines of what is left use their whole range.
    package static func centred(_ vectors: Tensor) -> Tensor {
        let vectors = vectors.to(.cpu).to(.float32)
        return vectors - vectors.mean(along: 0, keeping: true)
    }

    /// The items most like an item, itself left out, and items that have nothing to be compared by: without a picture, for instance.
    ///
    /// - Returns: falling by cosine, or by how often they stand near it; fewer where no more can be compared.
    /// - Throws: ``UserError`` where the item itself has nothing to be compared by, no items are asked for, or memory runs out.
    package func similar(to item: Int, by likeness: Likeness, top: Int) throws -> [Recommendation] {
        guard top >= 1 else { throw UserError("\(top) items are asked for", remedy: "Ask for at least 1.") }
        let found: [(row: Int, score: Double)] =
            switch likeness {
            case .vectors(let vectors): try nearest(to: item, vectors, top: top)
            case .neighbours: neighbours(of: item, top: top)
            }
        return found.enumerated().map { place, found in
            let item = dataset.items[found.row]
            return Recommendation(rank: place + 1, item: item.id, title: item.title, score: Float(found.score))
        }
    }

    private func nearest(to item: Int, _ vectors: Tensor, top: Int) throws -> [(row: Int, score: Double)] {
        let (search, lengths) = try withTensorErrors {
            try withoutGradients {
                let vectors = vectors.to(.cpu).to(.float32)
                let lengths = (vectors * vectors).sum(along: 1).squareRoot().floats()
                return (try ExactSearch(vectors.unitRows()), lengths)
            }
        }
        guard lengths[item] > 0 else {
            throw UserError(
                "item \(dataset.items[item].id.quoted) has nothing that it could be compared by",
                remedy: "It lacks what is asked for, as a picture: compare by something else.")
        }
        var missing = RowSet(capacity: search.count)
        for (row, length) in lengths.enumerated() where length == 0 { missing.insert(row) }
        let question = ExactSearch.Question(search.row(item), skipping: [Int32(item)])
        return try search.best(top, for: [question], leavingOut: missing).lists[0].map { ($0.row, $0.score) }
    }

    private func neighbours(of item: Int, top: Int) -> [(row: Int, score: Double)] {
        guard let neighbours = score.neighbours else { return [] }
        let batch = EvaluationBatch(histories: [[Int32(item)]], inputLength: positions)
        let found = neighbours.scores(of: batch, cases: 0..<1)
        return zip(found.items, found.values).filter { $0.0 != Int64(item) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            .prefix(top).map { (Int($0.0), Double($0.1)) }
    }
}
