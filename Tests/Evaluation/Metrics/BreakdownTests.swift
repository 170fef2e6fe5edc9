import Files
import TestSupport
import Testing

@testable import Metrics

@Suite struct BreakdownTests {
    private func table(_ cases: [(history: Int, count: Int, rank: Int)]) -> RankTable {
        RankTable(
            cases.enumerated().map { user, one in
                .init(
                    user: user, target: user, rank: TargetRank(rank: one.rank, isCold: one.count == 0),
                    historyLength: one.history, targetCount: one.count)
            })
    }

    @Test func groupsAreEvenAndComplete() throws {
        let table = table((0..<1000).map { (history: $0, count: $0 + 1, rank: $0 < 500 ? 1 : 11) })
        let breakdown = try Breakdown(of: [table], by: .historyLength, resamples: 100)
        #expect(breakdown.groups.map(\.users) == [200, 200, 200, 200, 200])
        #expect(breakdown.groups.map(\.label) == ["0 to 199", "200 to 399", "400 to 599", "600 to 799", "800 to 999"])
        #expect(breakdown.groups.map { $0.metrics[.hitRate(10)]!.value } == [1, 1, 0.5, 0, 0])
        #expect(breakdown.groups[2].metrics[.hitRate(10)] == WilsonInterval.estimate(hits: 100, of: 200))
        #expect(breakdown.groups[2].metrics[.ndcg(10)]!.value == 0.5 && breakdown.groups[2].metrics[.ndcg(10)]!.low! < 0.5)
    }

    @Test func manyUsersWithOneNumberMakeFewerGroups() throws {
        let histories = [Int](repeating: 4, count: 70) + [5, 5, 5, 5, 5, 5, 5, 5, 5, 5] + (0..<20).map { 6 + $0 }
        let breakdown = try Breakdown(
            of: [table(histories.map { (history: $0, count: 1, rank: 1) })], by: .historyLength, resamples: 0)
        #expect(breakdown.groups.map(\.label) == ["4 to 5", "6 to 25"])
        #expect(breakdown.groups.map(\.users) == [80, 20])
        let same = try Breakdown(
            of: [table((0..<9).map { _ in (history: 8, count: 1, rank: 1) })], by: .historyLength, resamples: 0)
        #expect(same.groups.map(\.label) == ["8"] && same.groups[0].users == 9)
    }

    @Test func coldTargetsAreApart() throws {
        let counts = [0, 0, 0] + (1...100).map { $0 }
        let breakdown = try Breakdown(
            of: [table(counts.map { (history: 5, count: $0, rank: 3) })], by: .targetPopularity, most: 4, resamples: 10)
        #expect(breakdown.groups.map(\.label) == ["0", "1 to 25", "26 to 50", "51 to 75", "76 to 100"])
        #expect(breakdown.groups.map(\.users) == [3, 25, 25, 25, 25])
        let onlyCold = try Breakdown(of: [table([(5, 0, 1)])], by: .targetPopularity, resamples: 10)
        #expect(onlyCold.groups.map(\.label) == ["0"])
        // By history a length of 0 is a number like others.
        #expect(
            try Breakdown(of: [table([(0, 1, 1), (1, 1, 1)])], by: .historyLength, most: 1, resamples: 0).groups.count == 1)
    }

    @Test func everyUserIsInOneGroup() throws {
        var generator = SeededGenerator(seed: 77)
        for _ in 0..<50 {
            let users = Int.random(in: 1...60, using: &generator)
            let cases = (0..<users).map { _ in
                let number = Int.random(in: 0...9, using: &generator)
                return (history: number, count: number, rank: Int.random(in: 1...20, using: &generator))
            }
            for kind in [Breakdown.Kind.historyLength, .targetPopularity] {
                let groups = try Breakdown(of: [table(cases)], by: kind, resamples: 0).groups
                #expect(groups.reduce(0) { $0 + $1.users } == users)
                #expect(groups.allSatisfy { $0.users > 0 && $0.least <= $0.most })
                #expect(groups.count <= (kind == .historyLength ? 5 : 6))
                #expect(zip(groups, groups.dropFirst()).allSatisfy { $0.most < $1.least })
                let hits = groups.reduce(0) { $0 + $1.metrics[.hitRate(10)]!.value * Double($1.users) }
                #expect(abs(hits - Double(cases.count { $0.rank <= 10 })) < 1e-9)
            }
        }
    }

    @Test func severalSeedsAreAveraged() throws {
        let first = table([(1, 1, 1), (1, 1, 20)])
        let second = table([(1, 1, 20), (1, 1, 20)])
        let group = try Breakdown(of: [first, second], by: .historyLength).groups[0]
        #expect(
            group.metrics[.hitRate(10)]!.value == 0.25 && group.metrics[.hitRate(10)]!.low == 0
                && group.metrics[.hitRate(10)]!.high == 0.5)
        #expect(try Breakdown(of: [], by: .historyLength).groups.isEmpty)
        #expect(try Breakdown(of: [table([])], by: .historyLength).groups.isEmpty)
        #expect(throws: UserError.self) { try Breakdown(of: [first, table([(1, 1, 1)])], by: .historyLength) }
    }
}
