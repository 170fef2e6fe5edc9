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

    @Test func aLargeWorldIsMeasuredOnFewerUsers() throws {
        let options = WorldOptions(items: 500_000, users: 1_000, pictureSize: 0)
        #expect(Ceiling.measuredUsers(options) == 400)
    }
}
