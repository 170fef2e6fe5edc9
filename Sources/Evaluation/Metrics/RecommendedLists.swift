/// The top of each user's ranking, with what is known of the catalogue: what list measures are computed from.
///
/// Takes 4 bytes per user and place; vectors, where a measure reads them, 4 bytes per item and number.
public struct RecommendedLists: Sendable {
    /// What is known of the items that are recommended.
    package struct Catalogue: Sendable {
        /// How many items are ranked.
        package var itemCount: Int { trainingShares.count }
        /// Each item's share of the training interactions [items]; 0 for an item that training never saw.
        package var trainingShares: [Float]
        /// How many training interactions there are.
        package var trainingInteractions: Int
        /// The items' vectors, each of length 1, or 0 where it was: `values` [items x width], a row per item. nil where no measure reads
        /// them or the method has none.
        package var vectors: (values: [Float], width: Int)?

        /// Describes a catalogue.
        package init(trainingShares: [Float], trainingInteractions: Int, vectors: (values: [Float], width: Int)? = nil) {
            precondition(vectors.map { $0.values.count == trainingShares.count * $0.width } ?? true, "a vector per item")
            self.trainingShares = trainingShares
            self.trainingInteractions = trainingInteractions
            self.vectors = vectors
        }
    }

    /// The items that are recommended from.
    package let catalogue: Catalogue
    /// The places of a list.
    package let length: Int
    /// The lists one after the other, best first; -1 at the end of one that masking left shorter [users x length].
    package private(set) var items: [Int32]

    /// Takes lists.
    ///
    /// - Parameters:
    ///   - items: catalogue indices [users x length], best first, -1 for places that no item is left for.
    ///   - length: the places of a list, at least 1.
    package init(_ items: [Int32], length: Int, catalogue: Catalogue) {
        precondition(length >= 1 && items.count % length == 0, "\(items.count) places in lists of \(length)")
        self.items = items
        self.length = length
        self.catalogue = catalogue
    }

    /// How many users have a list.
    package var userCount: Int { items.count / length }

    /// The first items of a user's list, as many as there are.
    package func top(_ count: Int, of user: Int) -> ArraySlice<Int32> {
        let places = items[user * length..<user * length + min(count, length)]
        return places.last == -1 ? places.prefix { $0 >= 0 } : places
    }

    /// The values of each user's first items; users without one are left out.
    package func means(of count: Int, _ value: (ArraySlice<Int32>) -> Double?) -> [Double] {
        (0..<userCount).compactMap { value(top(count, of: $0)) }
    }

    /// The lists of some users.
    func of(_ users: [Int]) -> RecommendedLists {
        RecommendedLists(
            users.flatMap { items[$0 * length..<($0 + 1) * length] }, length: length, catalogue: catalogue)
    }
}
