import Foundation
import Testing

@testable import Metrics

@Suite struct RunDifferenceTests {
    /// A table of users whose targets stand first or nowhere.
    private func table(_ hits: [Bool], target: Int = 7) -> RankTable {
        RankTable(
            hits.enumerated().map { user, isHit in
                .init(
                    user: user, target: target,
                    rank: TargetRank(rank: isHit ? 1 : 500, ties: 0, isReachable: true, isCold: false),
                    historyLength: 3, targetCount: 1)
            })
    }

    @Test func theSameUsersAreComparedOneByOne() {
        let first = table((0..<400).map { $0 % 10 == 0 })
        let second = table((0..<400).map { $0 % 5 == 0 })
        let worse = RunDifference(first, second, metric: .hitRate(10))
        #expect(worse.isPaired && worse.isWorse && worse.first == 0.1 && worse.second == 0.2)
        #expect(abs(worse.difference.value + 0.1) < 1e-12)
        #expect(!RunDifference(second, first, metric: .hitRate(10)).isWorse)
        #expect(!RunDifference(first, first, metric: .hitRate(10)).isWorse)
    }

    /// The interval of two samples, by hand: hits of 0.1 and 0.2 among 400 have the variances 0.1 · 0.9 and 0.2 · 0.8 · 400 / 399.
    @Test func otherTargetsAreTwoSamples() throws {
        let first = table((0..<400).map { $0 % 10 == 0 })
        let second = table((0..<400).map { $0 % 5 == 0 }, target: 8)
        let found = RunDifference(first, second, metric: .hitRate(10))
        let reach = 1.96 * ((0.09 + 0.16) / 399).squareRoot()
        #expect(!found.isPaired && found.isWorse)
        #expect(abs(try #require(found.difference.low) - (-0.1 - reach)) < 1e-9)
        #expect(abs(try #require(found.difference.high) - (-0.1 + reach)) < 1e-9)
        // Of few users nothing is sure.
        let few = RunDifference(table((0..<20).map { $0 % 10 == 0 }), table((0..<30).map { $0 % 5 == 0 }), metric: .hitRate(10))
        #expect(!few.isPaired && !few.isWorse)
    }
}
