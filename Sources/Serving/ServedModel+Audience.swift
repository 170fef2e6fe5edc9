import Files
import Modeling
import Torch

extension ServedModel {
    /// Where an item stands for each of some histories, hidden or not.
    ///
    /// - Parameters:
    ///   - histories: item ids, oldest first; ids that no item has are left out, and so are the items of a history as answers to it.
    ///   - most: the places that are told apart.
    /// - Returns: for each history the item's rank from 1; nil beyond `most` and where the history has no item.
    /// - Throws: ``Refusal`` where no item has the id.
    package func ranks(of id: String, for histories: [[String]], most: Int) throws -> [Int?] {
        let snapshot = try Refusal.wrapping(.failed) { try self.snapshot() }
        guard let row = snapshot.row(of: id) else { throw Refusal(.unknownItem, noItem(id)) }
        let rows = histories.map { $0.compactMap { snapshot.row(of: $0).map(Int32.init) } }
        let asked = rows.indices.filter { !rows[$0].isEmpty && !rows[$0].contains(Int32(row)) }
        var ranks = [Int?](repeating: nil, count: histories.count)
        guard !asked.isEmpty else { return ranks }
        return try Refusal.wrapping(.failed) {
            let questions = try questions(of: asked.map { rows[$0] }, in: snapshot, skippingSeen: true)
            var others = snapshot.leftOut
            others.insert(row)
            let found = try snapshot.search.best(most, for: questions, leavingOut: others).lists
            for (place, (question, list)) in zip(asked, zip(questions, found)) {
                let score = snapshot.search.score(of: row, for: question)
                // Equal scores stand in the order of the catalogue.
                let rank = 1 + list.count { ($0.score, row) > (score, $0.row) }
                if rank <= most { ranks[place] = rank }
            }
            return ranks
        }
    }
}
