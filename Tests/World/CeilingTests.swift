import Foundation
import Testing

@testable import World

@Suite struct CeilingTests {
    @Test func theCeilingIsFarAbovePopularityAndBelowOne() throws {
        let options = WorldOptions(seed: 4, items: 500, users: 300)
        let world = try World(options)
        let ceiling = world.ceiling()
        #expect(ceiling.users == 300)
        #expect(ceiling.hitRate10 < 0.9)
        #expect(ceiling.ndcg10 < ceiling.hitRate10)
        #expect(ceiling.ndcg10 > ceiling.hitRate10 / log2(11))

        let histories = (0..<options.users).map(world.history)
        var counts = [Int](repeating: 0, count: options.items)
        for history in histories { for item in history.dropLast(2) { counts[item] += 1 } }
        let popular = Set(counts.indices.sorted { counts[$0] > counts[$1] }.prefix(10))
        let hits = histories.count { popular.contains($0[$0.count - 1]) }
        #expect(ceiling.hitRate10 > 3 * Double(hits) / Double(options.users))
    }

    /// Likely cells first and an early end change nothing: the figures are those of ranking all items by the plain formula.
    @Test(arguments: [
        WorldOptions(seed: 4, items: 500, users: 200), WorldOptions(seed: 4, items: 700, users: 100, popularityExponent: 1),
        WorldOptions(seed: 4, items: 51_000, users: 3),
    ])
    func theCeilingIsThatOfRankingAllItems(options: WorldOptions) throws {
        let world = try World(options)
        var hits = 0
        var gain = 0.0
        for index in 0..<options.users {
            let user = User(index, of: world)
            let chances = world.lastItemChances(user)
            let target = user.history[user.history.count - 1]
            let rank = 1 + chances.indices.count { $0 != target && chances[$0] >= chances[target] }
            guard rank <= 10 else { continue }
            hits += 1
            gain += 1 / log2(Double(rank) + 1)
        }
        let ceiling = world.ceiling()
        #expect(hits > 0)
        #expect(ceiling.hitRate10 == Double(hits) / Double(options.users))
        #expect(abs(ceiling.ndcg10 - gain / Double(options.users)) < 1e-12)
    }

    @Test func aLargeWorldIsMeasuredOnFewerUsers() {
        #expect(Ceiling.measuredUsers(WorldOptions(items: 10_000_000, users: 1_000_000)) == 10_000)
        #expect(Ceiling.measuredUsers(WorldOptions(items: 2_000, users: 1_000_000)) == 100_000)
        #expect(Ceiling.measuredUsers(WorldOptions(items: 2_000, users: 30)) == 30)
    }
}
