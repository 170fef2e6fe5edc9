/// A taste that many users share: for each attribute, what each value adds to the logarithm of an item's chance.
struct Style: Sendable {
    /// By attribute, then by value.
    let weights: [[Double]]

    /// How much the favourite value of an attribute adds; the second favourite adds 0.6 of it.
    ///
    /// The strong ones are evenly shared between what pictures show and what titles say, so that neither is enough.
    static func strength(_ attribute: Attribute) -> Double {
        switch attribute {
        case .colour, .theme: 2.6
        case .pattern, .craft: 2.2
        case .backdrop, .maker: 0.8
        case .kind: 0
        }
    }

    /// What the last item's theme adds.
    static let sameTheme = 1.2
    /// What a kind adds that goes with the last item's.
    static let companion = 1.8

    /// The weights after an item of a theme and of a kind; nil for what plays no part.
    func weights(afterTheme theme: Int? = nil, afterKind kind: Int? = nil) -> [[Double]] {
        var weights = weights
        if let theme { weights[Attribute.theme.rawValue][theme] += Self.sameTheme }
        for companion in kind.map({ Kind.allCases[$0].companions }) ?? [] {
            weights[Attribute.kind.rawValue][companion.rawValue] += Self.companion
        }
        return weights
    }

    /// How many styles a world has.
    static let count = 32

    /// The styles of a world.
    static func all(seed: UInt64) -> [Style] {
        var random = SeededRandom(seed: seed, stream: .styles)
        return (0..<count).map { _ in
            Style(
                weights: Attribute.allCases.map { attribute in
                    var weights = [Double](repeating: 0, count: Attribute.counts[attribute.rawValue])
                    let favourite = random.index(weights.count)
                    weights[random.index(weights.count)] = 0.6 * strength(attribute)
                    weights[favourite] = strength(attribute)
                    return weights
                })
        }
    }
}
