import Testing

@testable import World

@Suite struct HistoryLengthsTests {
    @Test(arguments: HistoryTail.allCases, [5.5, 6.77, 20])
    func lengthsHaveTheirMeanAndFallOff(tail: HistoryTail, mean: Double) {
        let options = WorldOptions(shortestHistory: 5, longestHistory: 200, meanHistory: mean, historyTail: tail)
        let lengths = HistoryLengths(options)
        var random = SeededRandom(seed: 3, stream: .user)
        let drawn = (0..<20_000).map { _ in lengths.draw(random: &random) }
        let average = Double(drawn.reduce(0, +)) / 20_000
        let variance = drawn.reduce(0) { $0 + (Double($1) - average) * (Double($1) - average) } / 20_000
        #expect(abs(average - mean) < 5 * (variance / 20_000).squareRoot())
        #expect(drawn.min()! >= 5 && drawn.max()! <= 200)
        #expect(drawn.count { $0 == 5 } > drawn.count { $0 == 6 })
    }

    @Test func aPowerHasLongerHistoriesThanAGeometricTail() {
        func longest(_ tail: HistoryTail) -> Int {
            let options = WorldOptions(shortestHistory: 5, longestHistory: 500, meanHistory: 7, historyTail: tail)
            let lengths = HistoryLengths(options)
            var random = SeededRandom(seed: 3, stream: .user)
            return (0..<20_000).map { _ in lengths.draw(random: &random) }.max()!
        }
        #expect(longest(.power) > 2 * longest(.geometric))
    }

    @Test func theShortestMeanGivesTheShortestHistories() {
        let lengths = HistoryLengths(WorldOptions(shortestHistory: 5, longestHistory: 50, meanHistory: 5))
        var random = SeededRandom(seed: 3, stream: .user)
        #expect((0..<1_000).allSatisfy { _ in lengths.draw(random: &random) == 5 })
    }
}
