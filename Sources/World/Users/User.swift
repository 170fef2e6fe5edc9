/// A generated user: the taste, and what came of it.
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
