/// A generated user: the taste, and the history that follows from it.
struct User: Sendable {
    let taste: Taste
    /// The items, oldest first.
    let history: [Int]
    /// The place in the taste's styles that each item was looked for in.
    let steps: [Int]

    /// Draws a user; the same world and index give the same one.
    init(_ index: Int, of world: World) {
        var random = SeededRandom(seed: world.options.seed, stream: .user, index: index)
        taste = Taste(random: &random)
        let length = world.lengths.draw(random: &random)
        var history: [Int] = []
        var steps: [Int] = []
        history.reserveCapacity(length)
        steps.reserveCapacity(length)
        var last: ItemAttributes?
        for step in 0..<length {
            let place = random.index(weights: taste.chances(after: steps.last))
            let item = world.next.draw(
                style: taste.styles[place], after: last, history: history, newItems: step >= length - 2, random: &random)
            history.append(Int(item.item))
            steps.append(place)
            last = item.attributes
        }
        self.history = history
        self.steps = steps
    }
}

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

/// What one user likes: a few styles, some more than others.
struct Taste: Sendable {
    /// The indices of the user's styles.
    let styles: [Int]
    /// How often the user turns to each of them; the sum is 1.
    let shares: [Double]
    /// The chance that the next item is looked for in the same style as the last.
    static let persistence = 0.75

    init(random: inout SeededRandom) {
        let count = 1 + random.index(3)
        var styles: [Int] = []
        while styles.count < count {
            let style = random.index(Style.count)
            if !styles.contains(style) { styles.append(style) }
        }
        let weights = styles.map { _ in 0.4 + random.uniform() }
        let sum = weights.reduce(0, +)
        self.styles = styles
        shares = weights.map { $0 / sum }
    }

    /// The chances of the user's styles for the next item.
    ///
    /// - Parameter current: the place in `styles` of the last item's style; nil before the first item.
    func chances(after current: Int?) -> [Double] {
        guard let current else { return shares }
        return shares.indices.map { (1 - Self.persistence) * shares[$0] + ($0 == current ? Self.persistence : 0) }
    }
}
