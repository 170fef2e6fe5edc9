@testable import World

/// The plain formula, item by item, that the fast ways are compared with.
extension NextItem {
    private func factors(style: Int, last: ItemAttributes?) -> Factors {
        Factors(styles[style].weights(afterTheme: last?[.theme], afterKind: last?[.kind]))
    }

    /// The chance of every item; the sum is 1.
    func chances(style: Int, history: [Int], newItems: Bool, _ options: WorldOptions) -> [Double] {
        let factors = factors(style: style, last: history.last.map { Catalogue.attributes(of: $0, options) })
        var chances = (0..<options.items).map { item in
            let (attributes, popularity) = Catalogue.make(item, options)
            if attributes.isNew, !newItems { return 0.0 }
            return Attribute.allCases.reduce(popularity) { $0 * factors[$1, attributes[$1]] }
        }
        for item in history { chances[item] = 0 }
        let sum = chances.reduce(0, +)
        return chances.map { $0 / sum }
    }

    /// Draws as ``draw(style:after:history:newItems:random:)`` does, with every search from the first place on.
    func drawPlainly(
        style: Int, history: [Int], newItems: Bool, _ options: WorldOptions, random: inout SeededRandom
    ) -> Int {
        let factors = factors(style: style, last: history.last.map { Catalogue.attributes(of: $0, options) })
        let shelving = catalogue.shelving
        let all = (0..<options.items).map { (item: $0, made: Catalogue.make($0, options)) }
        var shelves = [[(item: Int, made: (attributes: ItemAttributes, popularity: Double))]](
            repeating: [], count: shelving.shelves)
        for entry in all { shelves[shelving.shelf(of: entry.made.attributes)].append(entry) }
        let shelfFactors = factors.products(of: shelving.shelfAttributes)
        let shelfWeights = shelves.indices.map { shelf in
            shelfFactors[shelf % shelving.shelvesPerCell] * shelves[shelf].reduce(0) { $0 + $1.made.popularity }
        }
        let cellWeights = factors.products(of: Shelving.cellAttributes).enumerated().map { cell, factor in
            let shelves = cell * shelving.shelvesPerCell..<(cell + 1) * shelving.shelvesPerCell
            return factor * shelfWeights[shelves].reduce(0, +)
        }
        let largest = shelving.remainingAttributes.map { factors.values(of: $0).max()! }.reduce(1, *)
        while true {
            let cell = Self.first(of: cellWeights, random: &random)
            var shelf = cell * shelving.shelvesPerCell
            if shelving.shelvesPerCell > 1 {
                shelf += Self.first(
                    of: Array(shelfWeights[shelf..<shelf + shelving.shelvesPerCell]), random: &random)
            }
            let (item, made) = shelves[shelf][Self.first(of: shelves[shelf].map(\.made.popularity), random: &random)]
            let factor = shelving.remainingAttributes.reduce(1) { $0 * factors[$1, made.attributes[$1]] }
            guard random.uniform() * largest < factor, newItems || !made.attributes.isNew, !history.contains(item) else {
                continue
            }
            return item
        }
    }

    /// The first place whose running sum is above a random share of the sum.
    private static func first(of weights: [Double], random: inout SeededRandom) -> Int {
        let goal = random.uniform() * weights.reduce(0, +)
        var sum = 0.0
        for (place, weight) in weights.enumerated() {
            sum += weight
            if sum > goal { return place }
        }
        return weights.count - 1
    }
}

extension World {
    /// The true chances of a user's last item, given all that the generator knew before it was drawn.
    func lastItemChances(_ user: User) -> [Double] {
        let past = Array(user.history.dropLast())
        var sum = [Double](repeating: 0, count: options.items)
        for (place, share) in user.taste.chances(after: user.steps[user.steps.count - 2]).enumerated() {
            let chances = next.chances(style: user.taste.styles[place], history: past, newItems: true, options)
            for item in sum.indices { sum[item] += share * chances[item] }
        }
        return sum
    }
}
