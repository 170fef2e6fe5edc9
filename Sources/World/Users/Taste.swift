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
