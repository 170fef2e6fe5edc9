/// A generated user: the taste, and what came of it.
struct User: Sendable {
    let taste: Taste
    /// The items, oldest first.
    let history: [Int]
    /// The place in the taste's styles that each item was looked for in.
    let steps: [Int]

    /// Draws a user; the same seed and index give the same one.
    init(_ index: Int, options: WorldOptions, next: NextItem) {
        var random = SeededRandom(seed: options.seed, stream: .user, index: index)
        taste = Taste(random: &random)
        let length = options.shortestHistory + random.index(options.longestHistory - options.shortestHistory + 1)
        var history: [Int] = []
        var steps: [Int] = []
        for step in 0..<length {
            let place = random.index(weights: taste.chances(after: steps.last))
            history.append(
                next.draw(style: taste.styles[place], history: history, newItems: step >= length - 2, random: &random))
            steps.append(place)
        }
        self.history = history
        self.steps = steps
    }

    /// The true chances of the last item, given all that the generator knew before it was drawn.
    func lastItemChances(_ next: NextItem) -> [Double] {
        let past = Array(history.dropLast())
        var sum = [Double](repeating: 0, count: next.catalogue.attributes.count)
        for (place, share) in taste.chances(after: steps[steps.count - 2]).enumerated() {
            let chances = next.chances(style: taste.styles[place], history: past, newItems: true)
            for item in sum.indices { sum[item] += share * chances[item] }
        }
        return sum
    }
}
