import Foundation

/// Novelty@k in bits, how little known the recommended items are: the mean over users, and over the items i of a user's list, of
/// -log2 p(i), where p(i) is the item's share of the training interactions.
///
/// An item that training never saw counts as if it had been seen once. Popularity alone has the least novelty that there is.
///
/// Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 107(10), 2010 (self-information);
/// Castells, Vargas and Wang, "Novelty and Diversity Metrics for Recommender Systems", DDR 2011.
///
/// Costs a logarithm per item and users x k additions.
package struct Novelty: ListMeasure {
    /// The measure.
    package init() {}
    package var name: String { "Novelty" }
    package var unit: MetricUnit { .bits }

    package func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate? {
        let total = lists.catalogue.trainingInteractions
        guard total > 0 else { return nil }
        let information = lists.catalogue.trainingShares.map { -log2(max(Double($0), 1 / Double(total))) }
        let values = lists.means(of: cutoff) { list in
            list.isEmpty ? nil : list.reduce(0) { $0 + information[Int($1)] } / Double(list.count)
        }
        return values.isEmpty ? nil : bootstrap.mean(of: values)
    }
}

extension Metric {
    /// Novelty@k.
    package static func novelty(_ cutoff: Int) -> Metric { Metric(Novelty(), at: cutoff) }
}
