package import Files

/// How items are counted as neighbours of each other, and how a history's neighbours are added up.
package struct NeighbourOptions: Sendable, Codable, Equatable {
    /// Two items of a training sequence count as a pair where they are at most this many places apart; 10.
    package var window = 10
    /// A pair counts this to the power of the places between its items, so that neighbours count 1; 0.85.
    package var distanceWeight = 0.85
    /// A pair's count is divided by this power of how often each of its items was trained on; 0.3.
    package var exponent = 0.3
    /// An item of a history counts this to the power of how many are newer; 0.8.
    package var decay = 0.8
    /// g0, below which a sum of counts counts in proportion, above as its logarithm; nil takes the median of those that are above 0.
    package var scale: Double?

    /// The defaults.
    package init() {}

    /// All settings that make no sense, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        problems.require((1...1000).contains(window), "is \(window), expected 1 to 1000", at: "window")
        for (value, name) in [(distanceWeight, "distance_weight"), (decay, "decay")] {
            problems.require(0 < value && value <= 1, "is \(value), expected a number above 0, at most 1", at: name)
        }
        problems.require((0...1).contains(exponent), "is \(exponent), expected 0 to 1", at: "exponent")
        if let scale {
            problems.require(
                scale > 0 && scale.isFinite, "is \(scale), expected a finite number above 0", at: "scale",
                remedy: "Leave it out to take the median.")
        }
        return problems
    }
}
