import Files
import Foundation

/// Ranks by the true chances of a user's last item, given all that the generator knew before it was drawn.
struct TrueRanking {
    /// One of the user's styles, as it looks at the last item.
    private struct View {
        let factors: Factors
        /// The style's chance by the sum of the chances of all items that are left.
        let scale: Double
    }

    private let history: [Int]
    private let target: Int
    private let targetChance: Double
    private let views: [View]
    private let next: NextItem

    init(_ user: User, of world: World, totals: ChanceTotals) {
        history = user.history.dropLast()
        target = user.history[user.history.count - 1]
        next = world.next
        let past = history.map { Catalogue.make($0, world.options) }
        let last = past[past.count - 1].attributes
        views = zip(user.taste.styles, user.taste.chances(after: user.steps[user.steps.count - 2])).map { style, share in
            let factors = Factors(world.next.styles[style].weights(afterTheme: last[.theme], afterKind: last[.kind]))
            let taken = past.reduce(0) { $0 + $1.popularity * factors.product($1.attributes) }
            return View(factors: factors, scale: share / (totals.total(style: style, after: last) - taken))
        }
        let (attributes, popularity) = Catalogue.make(target, world.options)
        targetChance = Self.chance(attributes, popularity, views)
    }

    /// The last item's rank among all that were not in the history before; nil when it is beyond `limit`.
    ///
    /// The likeliest cells come first, so that few items are looked at.
    func rank(within limit: Int) -> Int? {
        let cells = greatestChances()
        var rank = 1
        for cell in cells.indices.sorted(by: { cells[$0] > cells[$1] }) where rank <= limit {
            if cells[cell] * next.catalogue.greatestPopularity < targetChance { break }
            next.catalogue.forEachMember(of: cell) { member, popularity in
                if Self.chance(member.attributes, popularity, views) >= targetChance, member.item != target,
                    !history.contains(Int(member.item))
                {
                    rank += 1
                }
                return rank <= limit
            }
        }
        return rank <= limit ? rank : nil
    }

    private static func chance(_ attributes: ItemAttributes, _ popularity: Double, _ views: [View]) -> Double {
        views.reduce(0) { $0 + $1.scale * popularity * $1.factors.product(attributes) }
    }

    /// For each cell, the greatest chance that an item of popularity 1 can have.
    private func greatestChances() -> [Double] {
        var greatest = [Double](repeating: 0, count: Shelving.cells)
        let others = Attribute.allCases.filter { !Shelving.cellAttributes.contains($0) }
        for view in views {
            let scale = others.reduce(view.scale) { $0 * view.factors.values(of: $1).max()! }
            for (cell, factor) in view.factors.products(of: Shelving.cellAttributes).enumerated() {
                greatest[cell] += scale * factor
            }
        }
        return greatest
    }
}

/// The best that any recommender can expect in a world: the figures of ranking by the true chances of each user's last item.
package struct Ceiling: Codable, Equatable, Sendable {
    /// The share of users whose last item is among the ten likeliest.
    package var hitRate10: Double
    /// The mean of 1/log2(rank + 1) over users, 0 where the rank is above ten.
    package var ndcg10: Double
    /// How many users it was measured on: the first ones, fewer than all in large worlds.
    package var users: Int

    /// Measures the ceiling; of no meaning once `stop` has been asked.
    init(_ world: World, stop: StopToken = StopToken()) {
        let users = Self.measuredUsers(world.options)
        let totals = ChanceTotals(world.next.styles, world.next.catalogue)
        let ranks = [Int?](unsafeUninitializedCapacity: users) { ranks, count in
            // Every rank is written by one thread only.
            nonisolated(unsafe) let ranks = ranks
            DispatchQueue.concurrentPerform(iterations: users) { index in
                if stop.isRequested { return ranks.initializeElement(at: index, to: nil) }
                let ranking = TrueRanking(User(index, of: world), of: world, totals: totals)
                ranks.initializeElement(at: index, to: ranking.rank(within: 10))
            }
            count = users
        }.compactMap(\.self)
        hitRate10 = Double(ranks.count) / Double(users)
        ndcg10 = ranks.reduce(0) { $0 + 1 / log2(Double($1) + 1) } / Double(users)
        self.users = users
    }

    /// How many users are measured: all of small worlds, a sample of large ones, where more items are looked at for each.
    static func measuredUsers(_ options: WorldOptions) -> Int {
        min(options.users, max(10_000, 200_000_000 / options.items))
    }
}
