import Files
import Metrics
import TestSupport
import Testing

@Suite struct ComparisonTests {
    private func ranks(_ ranks: [Int]) -> [TargetRank] { ranks.map { TargetRank(rank: $0) } }

    /// The exact two-sided sign-flip probability: all 2^n sign assignments.
    private func exact(_ differences: [Double]) -> Double {
        let observed = abs(differences.reduce(0, +)) - 1e-12
        let all = 1 << differences.count
        let atLeast = (0..<all).count { signs in
            let sum = differences.enumerated().reduce(0.0) { $0 + (signs >> $1.offset & 1 == 0 ? $1.element : -$1.element) }
            return abs(sum) >= observed
        }
        return Double(atLeast) / Double(all)
    }

    @Test func agreesWithAllSignAssignments() throws {
        var generator = SeededGenerator(seed: 41)
        for round in 0..<4 {
            let first = (0..<12).map { _ in Int.random(in: 1...8, using: &generator) }
            let second = (0..<12).map { _ in Int.random(in: 1...(8 + round), using: &generator) }
            let comparison = try PairedComparison(of: ranks(first), with: ranks(second), metric: .reciprocalRank, flips: 4_000)
            let differences = zip(first, second).map { 1 / Double($0) - 1 / Double($1) }
            #expect(abs(comparison.pValue - exact(differences)) < 0.04)
            #expect(abs(comparison.difference.value - differences.reduce(0, +) / 12) < 1e-12)
            #expect(abs(comparison.first - comparison.second - comparison.difference.value) < 1e-12)
            #expect(comparison.wins == differences.filter { $0 > 0 }.count)
            #expect(comparison.losses == differences.filter { $0 < 0 }.count)
        }
    }

    @Test func equalRunsDoNotDiffer() throws {
        let comparison = try PairedComparison(of: ranks([1, 5, 20]), with: ranks([1, 5, 20]), metric: .ndcg(10))
        #expect(comparison.pValue == 1 && comparison.difference == Estimate(0, low: 0, high: 0))
    }

    @Test func aClearDifferenceIsSignificant() throws {
        let comparison = try PairedComparison(
            of: ranks(.init(repeating: 1, count: 50)), with: ranks(.init(repeating: 30, count: 50)), metric: .hitRate(10))
        #expect(comparison.pValue < 0.001)
        #expect(comparison.metric == "HR@10" && comparison.difference.value == 1)
    }

    @Test func runsOverOtherUsersAreRefused() {
        #expect(throws: UserError.self) { try PairedComparison(of: ranks([1]), with: ranks([1, 2]), metric: .hitRate(1)) }
        #expect(throws: UserError.self) { try PairedComparison(of: [], with: [], metric: .hitRate(1)) }
    }
}
