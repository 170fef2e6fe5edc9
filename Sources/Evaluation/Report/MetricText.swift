import Metrics

extension Metric {
    /// What is over its numbers, as in `HR@10, %`.
    var heading: String { unit.symbol.isEmpty ? name : "\(name), \(unit.symbol)" }

    /// An estimate in the unit in which numbers are shown; nil where it cannot be drawn. An end of the interval that cannot is left out.
    func drawn(_ estimate: Estimate?) -> Estimate? {
        func drawn(_ value: Double?) -> Double? {
            value.flatMap { abs($0) <= (unit == .share ? 1 : 1e6) ? $0 * unit.scale : nil }
        }
        return estimate.flatMap { estimate in
            drawn(estimate.value).map { Estimate($0, low: drawn(estimate.low), high: drawn(estimate.high)) }
        }
    }
}

extension [Metric] {
    /// The names in a sentence, as in `HR@10, NDCG@10 and MRR`.
    var names: String {
        let names = map(\.name)
        return names.count < 2 ? names.joined() : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
    }

    /// The metric that a chart with room for one shows: the first of ranks.
    var leading: Metric { first(where: \.isOfRanks) ?? .hitRate(10) }

    /// The metric that stands for a method's quality beside its cost: NDCG@10 where it is among them.
    var quality: Metric { contains(.ndcg(10)) ? .ndcg(10) : leading }

    /// These, or the papers' where nothing was measured.
    var orPapers: [Metric] { isEmpty ? Metric.papers : self }
}
