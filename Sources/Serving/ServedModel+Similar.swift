import Files
import Metrics
import Ranking
import Torch

extension ServedModel {
    /// The items that are most like one, without that one.
    ///
    /// Alike is the cosine of their vectors: those of the whole network, else of all content together; of one tower, as `image`, `text` or
    /// `inter`, what this tower adds to the vectors; and where the score has the content of that modality, this content, which is not
    /// trained.
    ///
    /// - Parameters:
    ///   - id: the item.
    ///   - part: a tower or modality; nil for the whole.
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
            let (search, vector) = try compared(by: part, row, in: snapshot)
            let leftOut = groups.isEmpty ? snapshot.leftOut : snapshot.leftOut(where: groups)
            let found = try search.best(top, for: [.init(vector, skipping: [Int32(row)])], leavingOut: leftOut).lists[0]
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

    /// The parts by which items can be compared.
    package func comparedParts() throws -> [String] {
        var parts = score.dense.map(\.part).filter(\.isContent).map {
            String($0.rawValue.dropFirst(ScorePart.contentPrefix.count))
        }
        for tower in try towers()?.names ?? [] where !parts.contains(tower) { parts.append(tower) }
        return parts
    }

    /// The rows that are compared, and the vector of one of them.
    private func compared(
        by part: String?, _ row: Int, in snapshot: CatalogueSnapshot
    ) throws -> (search: ExactSearch, vector: [Float]) {
        let columns = Dictionary(zip(score.dense.map(\.part), score.columns)) { one, _ in one }
        let whole = snapshot.search.row(row)
        /// Content's rows have length 1 already.
        func content(_ parts: [ScorePart]) -> (ExactSearch, [Float]) {
            var vector = [Float](repeating: 0, count: snapshot.search.width)
            for part in parts {
                let weight = parts.count == 1 ? 1 : Float(score.weights[part])
                for column in columns[part] ?? 0..<0 { vector[column] = weight * whole[column] }
            }
            return (snapshot.search, vector)
        }
        guard let part else {
            if let network = columns[.network] {
                let unit = try known.unit(snapshot.search, network, as: "")
                return (unit, unit.row(row))
            }
            let contents = score.dense.map(\.part).filter(\.isContent)
            if !contents.isEmpty { return content(contents) }
            throw Refusal(
                .invalidQuestion,
                UserError(
                    "the score of this run does not know which items are alike",
                    remedy: "Ask a run that reads titles or pictures, or trains vectors of items."))
        }
        if columns[.content(part)] != nil { return content([.content(part)]) }
        if let towers = try towers(), let place = towers.names.firstIndex(of: part) {
            let rows = try towers.rows.replacing(snapshot.changedTowers)
            let unit = try known.unit(rows, towers.columns(place), as: part)
            return (unit, unit.row(row))
        }
        let parts = try comparedParts()
        throw Refusal(
            .invalidQuestion,
            UserError(
                "items cannot be compared by \(part.quoted)",
                remedy: parts.isEmpty ? "Compare them as a whole." : Suggestion.sentence(for: part, in: parts)))
    }
}
