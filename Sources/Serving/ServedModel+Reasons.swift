import Metrics
import Modeling
import Ranking
import Torch

extension ServedModel {
    /// Why some rows have their scores.
    ///
    /// With u the question's vector, e_i a row and ē the mean of the rows that the run was opened with, score - mean score =
    /// Σ_d u_d (e_id - ē_d) + P_i - mean P. The sum over the columns of a part is what that part adds. The network's is divided further: the
    /// item vector is the sum of what its towers add, t_i1 + t_i2 + ... and a bias that all items have, so that each adds
    /// u · (t_i - mean t). What rounding leaves between these and the whole goes to the one of the greatest amount.
    ///
    /// - Parameter history: the rows that the question is about; there is at least one.
    /// - Throws: `UserError` when memory runs out, or the states of the items cannot be read.
    func reasons(
        for found: [ExactSearch.Found], _ question: ExactSearch.Question, _ history: [Int32], in snapshot: CatalogueSnapshot
    ) throws -> [Reasons] {
        let mean = try known.mean(of: score)
        let termMean = question.terms.values.reduce(0) { $0 + Double($1) } / Double(max(1, score.itemCount))
        let meanScore = zip(question.vector, mean).reduce(0) { $0 + Double($1.0) * $1.1 } + termMean
        let towers = try self.towers()
        let towerRows = try towers == nil ? [:] : self.towerRows(found.map(\.row), in: snapshot)
        let effects = try effects(of: history, on: found, in: snapshot)
        return zip(found, effects).map { found, effects in
            let row = snapshot.search.row(found.row)
            func adds(_ columns: Range<Int>) -> Double {
                columns.reduce(0) { $0 + Double(question.vector[$1]) * (Double(row[$1]) - mean[$1]) }
            }
            var parts: [Reasons.Part] = []
            for (part, columns) in zip(score.dense, score.columns) {
                if part.part == .network, let towers, let own = towerRows[found.row] {
                    parts += divided(adds(columns), question.vector[columns], own, towers)
                } else {
                    parts.append(.init(part: part.part.rawValue, adds: adds(columns)))
                }
            }
            if score.neighbours != nil {
                let place = question.terms.rows.firstIndex(of: Int32(found.row))
                let term = place.map { Double(question.terms.values[$0]) } ?? 0
                parts.append(.init(part: ScorePart.neighbours.rawValue, adds: term - termMean))
            }
            // Equal amounts stay in the order of the parts.
            let order = parts.indices.sorted { (parts[$0].adds, $1) > (parts[$1].adds, $0) }
            return Reasons(mean: meanScore, parts: order.map { parts[$0] }, history: effects)
        }
    }

    /// What the towers add of the amount that the network does.
    private func divided(
        _ whole: Double, _ user: ArraySlice<Float>, _ row: [Float], _ towers: KnownVectors.Towers
    ) -> [Reasons.Part] {
        var parts = towers.names.enumerated().map { place, name in
            let amount = zip(towers.columns(place), user).reduce(0) {
                $0 + Double($1.1) * (Double(row[$1.0]) - towers.mean[$1.0])
            }
            return Reasons.Part(part: name, adds: amount)
        }
        let rest = whole - parts.reduce(0) { $0 + $1.adds }
        if let most = parts.indices.max(by: { abs(parts[$0].adds) < abs(parts[$1].adds) }) { parts[most].adds += rest }
        return parts
    }

    /// The score of each row less what it is without one item of the history.
    private func effects(
        of history: [Int32], on found: [ExactSearch.Found], in snapshot: CatalogueSnapshot
    ) throws -> [[Reasons.Effect]] {
        let others = history.indices.map { place in
            var other = history
            other.remove(at: place)
            return other
        }
        // With the whole history there is one that is not empty.
        let questions = try questions(of: [history] + others, in: snapshot, skippingSeen: false).dropFirst()
        return found.map { found in
            zip(history, questions).map { item, question in
                let without = snapshot.search.score(of: found.row, for: question)
                return Reasons.Effect(item: snapshot[Int(item)].id, effect: found.score - without)
            }
        }
    }

    /// The network's towers; nil where it has but one, or nobody has said where they are.
    func towers() throws -> KnownVectors.Towers? {
        guard let tower = try networkTower() else { return nil }
        return try known.towers(of: tower, itemCount: score.itemCount)
    }

    /// Makes ready for reasons: a pass of the network's towers over all items.
    ///
    /// - Throws: ``UserError`` when memory runs out, or the states of the items cannot be read.
    package func prepareReasons() throws {
        _ = try known.mean(of: score)
        _ = try towers()
    }

    /// What makes the network's vectors; nil where there is none, or nobody has said where they are from.
    func networkTower() throws -> (any ItemTower)? {
        guard score.dense.contains(where: { $0.part == .network }), case .from(_, let make) = laterItems else { return nil }
        return try known.side(make).catalogue
    }

    /// What the towers add to the vectors of some rows, by row.
    private func towerRows(_ rows: [Int], in snapshot: CatalogueSnapshot) throws -> [Int: [Float]] {
        guard let tower = try networkTower() else { return [:] }
        var found = try known.towerRows(rows.filter { snapshot.changedTowers($0) == nil && $0 < score.itemCount }, of: tower)
        for row in rows { if let own = snapshot.changedTowers(row) { found[row] = own } }
        return found
    }
}
