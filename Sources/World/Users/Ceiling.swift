import Foundation

/// The best that any recommender can expect in a world: the figures of ranking by the true chances of each user's last item.
public struct Ceiling: Codable, Equatable, Sendable {
    /// The share of users whose last item is among the ten likeliest.
    public var hitRate10: Double
    /// The mean of 1/log2(rank + 1) over users, 0 where the rank is above ten.
    public var ndcg10: Double
    /// How many users it was measured on: the first ones, fewer than all in large worlds.
    public var users: Int

    /// Measures the ceiling.
    init(options: WorldOptions, next: NextItem) {
        users = Self.measuredUsers(options)
        var hits = 0
        var gain = 0.0
        for index in 0..<users {
            let user = User(index, options: options, next: next)
            let chances = user.lastItemChances(next)
            let target = user.history[user.history.count - 1]
            var rank = 1
            for item in chances.indices where item != target && chances[item] >= chances[target] { rank += 1 }
            guard rank <= 10 else { continue }
            hits += 1
            gain += 1 / log2(Double(rank) + 1)
        }
        hitRate10 = Double(hits) / Double(users)
        ndcg10 = gain / Double(users)
    }

    /// How many users are measured. Each touches every item, so that large worlds get a sample, but not below 200 users.
    static func measuredUsers(_ options: WorldOptions) -> Int {
        min(options.users, max(200, 200_000_000 / options.items))
    }
}
