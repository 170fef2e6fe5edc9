import Foundation

/// The exact chances of the next item: what the generator draws from, and what the ceiling ranks by.
///
/// In a style s and after an item l, an item's chance is in proportion to
/// `popularity * exp(sum over attributes of weight[s][value] + follow)`, where `follow` adds for the theme of l and for the kinds
/// that go with l. Items of the history and, before the last two steps, new items have no chance.
struct NextItem: Sendable {
    let catalogue: Catalogue
    let styles: [Style]
    /// What the last item's theme adds.
    static let sameTheme = 1.2
    /// What a kind adds that goes with the last item's.
    static let companion = 1.8

    init(catalogue: Catalogue, styles: [Style]) {
        self.catalogue = catalogue
        self.styles = styles
    }

    private func factors(style: Int, last: Int?) -> Factors {
        var weights = styles[style].weights
        if let last {
            let attributes = catalogue.attributes[last]
            weights[Attribute.theme.rawValue][attributes[.theme]] += Self.sameTheme
            for kind in attributes.kind.companions { weights[Attribute.kind.rawValue][kind.rawValue] += Self.companion }
        }
        return Factors(weights)
    }

    /// Draws an item: a cell by its share, an item of the cell by popularity, kept in proportion to the other attributes.
    ///
    /// The chances are exactly those of ``chances(style:history:newItems:)``, at a cost that does not grow with the catalogue.
    func draw(style: Int, history: [Int], newItems: Bool, random: inout SeededRandom) -> Int {
        let factors = factors(style: style, last: history.last)
        let cells = Catalogue.cellAttributes.map { factors.values(of: $0) }
        var running = [Double](repeating: 0, count: Catalogue.cellCount)
        var sum = 0.0
        var cell = 0
        for first in cells[0] {
            for second in cells[1] {
                for third in cells[2] {
                    sum += first * second * third * catalogue.cellPopularity[cell]
                    running[cell] = sum
                    cell += 1
                }
            }
        }
        let others = Attribute.allCases.filter { !Catalogue.cellAttributes.contains($0) }
        let largest = others.map { factors.values(of: $0).max()! }.reduce(1, *)
        while true {
            let goal = random.uniform() * sum
            let item = catalogue.draw(from: Self.firstAbove(goal, in: running), random: &random)
            let attributes = catalogue.attributes[item]
            let factor = others.reduce(1) { $0 * factors[$1, attributes[$1]] }
            guard random.uniform() * largest < factor, newItems || !attributes.isNew, !history.contains(item) else { continue }
            return item
        }
    }

    /// The chance of every item; the sum is 1.
    func chances(style: Int, history: [Int], newItems: Bool) -> [Double] {
        let factors = factors(style: style, last: history.last)
        var chances = catalogue.popularity
        for item in chances.indices {
            let attributes = catalogue.attributes[item]
            if attributes.isNew, !newItems {
                chances[item] = 0
                continue
            }
            chances[item] *= factors.product(attributes)
        }
        for item in history { chances[item] = 0 }
        let sum = chances.reduce(0, +)
        for item in chances.indices { chances[item] /= sum }
        return chances
    }

    private static func firstAbove(_ goal: Double, in running: [Double]) -> Int {
        var low = 0
        var high = running.count - 1
        while low < high {
            let middle = (low + high) / 2
            if running[middle] > goal { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
