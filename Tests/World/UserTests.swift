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
            let user = User(index, options: options, next: world.next)
            let chances = user.lastItemChances(world.next)
            #expect(abs(chances.reduce(0, +) - 1) < 1e-9)
            #expect(chances.allSatisfy { $0 >= 0 })
            #expect(user.history.dropLast().allSatisfy { chances[$0] == 0 })
            #expect(chances[user.history[user.history.count - 1]] > 0)
        }
    }

    /// Drawing goes by cells and rejection; its frequencies must be the plain formula's, here by a chi-squared test.
    @Test(arguments: [true, false]) func drawingFollowsTheChances(newItems: Bool) throws {
        let next = try World(WorldOptions(seed: 9, items: 120, users: 1)).next
        let history = [4, 71, 15]
        let chances = next.chances(style: 3, history: history, newItems: newItems)
        var random = SeededRandom(seed: 1, stream: .user)
        let draws = 30_000
        var counts = [Int](repeating: 0, count: 120)
        for _ in 0..<draws {
            counts[next.draw(style: 3, history: history, newItems: newItems, random: &random)] += 1
        }
        var statistic = 0.0
        var degrees = -1.0
        for item in 0..<120 {
            guard chances[item] > 0 else {
                #expect(counts[item] == 0)
                continue
            }
            let expected = chances[item] * Double(draws)
            statistic += (Double(counts[item]) - expected) * (Double(counts[item]) - expected) / expected
            degrees += 1
        }
        // Mean and deviation of chi-squared are its degrees of freedom and the root of twice those.
        #expect(statistic < degrees + 5 * (2 * degrees).squareRoot())
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
