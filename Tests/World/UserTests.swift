import Foundation
import Testing

@testable import World

@Suite struct UserTests {
    let options = WorldOptions(seed: 3, items: 200, users: 150, shortestHistory: 5, longestHistory: 12)

    @Test func historiesAreValid() throws {
        let world = try World(options)
        var lengths: Set<Int> = []
        var late = 0
        for user in 0..<options.users {
            let history = world.history(of: user)
            lengths.insert(history.count)
            #expect(Set(history).count == history.count)
            #expect(history.allSatisfy((0..<options.items).contains))
            #expect(!history.dropLast(2).contains { world.attributes(of: $0).isNew })
            late += history.suffix(2).count { world.attributes(of: $0).isNew }
        }
        #expect(lengths == Set(5...12))
        #expect(late > 15)
    }

    @Test func chancesSumToOne() throws {
        let world = try World(options)
        for index in 0..<40 {
            let user = User(index, of: world)
            let chances = world.lastItemChances(user)
            #expect(abs(chances.reduce(0, +) - 1) < 1e-9)
            #expect(chances.allSatisfy { $0 >= 0 })
            #expect(user.history.dropLast().allSatisfy { chances[$0] == 0 })
            #expect(chances[user.history[user.history.count - 1]] > 0)
        }
    }

    @Test func aTasteStaysWithItsStyle() {
        var random = SeededRandom(seed: 2, stream: .user)
        for _ in 0..<50 {
            let taste = Taste(random: &random)
            #expect((1...3).contains(taste.styles.count))
            for current in [nil] + taste.styles.indices.map({ $0 as Int? }) {
                let chances = taste.chances(after: current)
                #expect(abs(chances.reduce(0, +) - 1) < 1e-12)
                if let current { #expect(chances[current] >= Taste.persistence) }
            }
        }
    }
}
