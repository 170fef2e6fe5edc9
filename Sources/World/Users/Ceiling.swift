import Files
import Foundation

/// The best that any recommender can expect in a world: the figures of ranking by the true chances of each user's last item.
public struct Ceiling: Codable, Equatable, Sendable {
    /// The share of users whose last item is among the ten likeliest.
    public var hitRate10: Double
    /// The mean of 1/log2(rank + 1) over users, 0 where the rank is above ten.
    public var ndcg10: Double
    /// How many users it was measured on: the first ones, fewer than all in large worlds.
    public var users: Int

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
