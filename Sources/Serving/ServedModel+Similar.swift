import Datasets
import Files
import Metrics
import Modeling
import Ranking
import Torch

extension ServedModel {
    /// The items that are most like one, without that one.
    ///
    /// Alike is the cosine of their vectors: those of the whole network, else of all content together; of one tower, as `image`, `text` or
    /// `inter`, what this tower adds to the vectors; and where the score has the content of that modality, this content, which is not
    /// trained. By neighbours, items are alike that often stand near each other in histories. Items that have nothing to be compared by,
    /// as no picture, are none of the answer.
    ///
    /// - Parameters:
    ///   - id: the item.
    ///   - part: a tower or modality, or `neighbours`; `all` or nil for the whole.
    ///   - groups: of each group an item has to have one tag at least.
    /// - Throws: ``Refusal``.
    package func similar(
        to id: String, by part: String? = nil, top: Int = 10, where groups: [Set<String>] = []
    ) throws -> Answer {
        guard top >= 1 else {
            throw Refusal(.invalidQuestion, UserError("\(top) items are asked for", remedy: "Ask for at least 1."))
        }
        return try Refusal.wrapping(.failed) {
            let snapshot = try snapshot()
            guard let row = snapshot.row(of: id) else { throw Refusal(.unknownItem, noItem(id)) }
            let leftOut = groups.isEmpty ? snapshot.leftOut : snapshot.leftOut(where: groups)
            let found: [ExactSearch.Found]
            if part == ScorePart.neighbours.rawValue, score.neighbours != nil {
                found = Array(neighbours(of: row).filter { !leftOut.contains($0.row) }.prefix(top))
            } else {
                var compared = try compared(by: part == Self.whole ? nil : part, in: snapshot)
                guard !compared.empty.contains(row) else {
                    throw Refusal(
                        .unusableItem,
                        UserError(
                            "item \(id.quoted) has nothing that it could be compared by",
                            remedy: "It lacks what is asked for, as a picture: compare by something else."))
                }
                compared.empty.formUnion(leftOut)
                found = try compared.search.best(
                    top, for: [.init(compared.vector(row), skipping: [Int32(row)])], leavingOut: compared.empty
                ).lists[0]
            }
            var answer = Answer(model: name, revision: snapshot.revision)
            answer.items = found.indices.map { place in
                // Neither neighbours nor popularity are asked here.
                var item = recommendation(found[place], rank: place + 1, in: snapshot)
                item.unknownParts = nil
                return item
            }
            return answer
        }
    }

    /// The name of the comparison by all that is known.
    package static let whole = "all"

    /// The parts by which items can be compared.
    package func comparedParts() throws -> [String] {
        var parts = score.dense.map(\.part).filter(\.isContent).map {
            String($0.rawValue.dropFirst(ScorePart.contentPrefix.count))
        }
        for tower in try towers()?.names ?? [] where !parts.contains(tower) { parts.append(tower) }
        if score.neighbours != nil { parts.append(ScorePart.neighbours.rawValue) }
        return parts
    }

    /// Rows whose products are cosines, how the vector of one is found, and the rows that are zero.
    private struct Compared {
        var search: ExactSearch
        var empty: RowSet
        var vector: (Int) -> [Float]
    }

    /// What is compared by a part; nil for the whole.
    private func compared(by part: String?, in snapshot: CatalogueSnapshot) throws -> Compared {
        let columns = Dictionary(zip(score.dense.map(\.part), score.columns)) { one, _ in one }
        func unit(_ rows: ExactSearch, _ columns: Range<Int>, as name: String) throws -> Compared {
            let unit = try known.unit(rows, columns, as: name)
            return Compared(search: unit, empty: known.zeros(rows, columns, as: name), vector: unit.row)
        }
        /// Content's rows have length 1 already, and stay where they are.
        func content(_ parts: [ScorePart], as name: String) -> Compared {
            let kept = parts.compactMap { columns[$0] }
            let weights = parts.map { parts.count == 1 ? 1 : Float(score.weights[$0]) }
            let all = kept.map(\.lowerBound).min()!..<kept.map(\.upperBound).max()!
            return Compared(search: snapshot.search, empty: known.zeros(snapshot.search, all, as: name)) { row in
                let whole = snapshot.search.row(row)
                var vector = [Float](repeating: 0, count: whole.count)
                for (columns, weight) in zip(kept, weights) {
                    for column in columns { vector[column] = weight * whole[column] }
                }
                return vector
            }
        }
        guard let part else {
            if let network = columns[.network] { return try unit(snapshot.search, network, as: Self.whole) }
            let contents = score.dense.map(\.part).filter(\.isContent)
            if !contents.isEmpty { return content(contents, as: Self.whole) }
            throw Refusal(
                .invalidQuestion,
                UserError(
                    "the score of this run does not know which items are alike",
                    remedy: score.neighbours == nil
                        ? "Ask a run that reads titles or pictures, or trains vectors of items." : "Compare them by neighbours."
                ))
        }
        if columns[.content(part)] != nil { return content([.content(part)], as: part) }
        if let towers = try towers(), let place = towers.names.firstIndex(of: part), let tower = try networkTower() {
            let table = try known.towerTable(of: tower, itemCount: score.itemCount)
            return try unit(table.replacing(snapshot.changedTowers), towers.columns(place), as: part)
        }
        let parts = try comparedParts()
        throw Refusal(
            .invalidQuestion,
            UserError(
                "items cannot be compared by \(part.quoted)",
                remedy: parts.isEmpty ? "Compare them as a whole." : Suggestion.sentence(for: part, in: [Self.whole] + parts)))
    }

    /// The items that often stand near one in histories, the most frequent first, equal ones in their order.
    private func neighbours(of row: Int) -> [ExactSearch.Found] {
        guard let neighbours = score.neighbours, row < score.itemCount else { return [] }
        let found = neighbours.scores(of: EvaluationBatch(histories: [[Int32(row)]], inputLength: positions), cases: 0..<1)
        return zip(found.items, found.values).filter { $0.0 != Int64(row) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            .map { ExactSearch.Found(row: Int($0.0), score: Double($0.1)) }
    }
}
