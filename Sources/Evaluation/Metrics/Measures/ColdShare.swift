/// ColdShare@k, the share of recommended items that training never saw: the mean over users, and over the items of a user's list.
///
/// Of a catalogue in which such items are bought it should not be 0: what cannot recommend them cannot sell what is new.
///
/// Costs users x k looks at a table of the catalogue's length.
package struct ColdShare: ListMeasure {
    /// The measure.
    package init() {}
    package var name: String { "ColdShare" }

    package func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate? {
        let shares = lists.catalogue.trainingShares
        let values = lists.means(of: cutoff) { list in
            list.isEmpty ? nil : Double(list.count { shares[Int($0)] == 0 }) / Double(list.count)
        }
        return values.isEmpty ? nil : bootstrap.mean(of: values)
    }
}

extension Metric {
    /// ColdShare@k.
    package static func coldShare(_ cutoff: Int) -> Metric { Metric(ColdShare(), at: cutoff) }
}
