import Datasets
import Files
import Foundation
import TestModels
import TestSupport
import Testing

@testable import Modeling

/// Counts of neighbours and what is made of them, against plain loops over the same sequences.
@Suite(.oneAtATime) struct NeighbourTests {
    /// A matrix by two loops over every sequence.
    private func plainCounts(_ split: Split, window: Int, weight: Double) -> [[Double]] {
        var counts = [[Double]](repeating: .init(repeating: 0, count: split.itemCount), count: split.itemCount)
        for user in split.users.indices {
            let sequence = Array(split.trainingSequence(of: user))
            for (p, a) in sequence.enumerated() {
                for (q, b) in sequence.enumerated() where a != b && p != q && abs(p - q) <= window {
                    counts[Int(a)][Int(b)] += pow(weight, Double(abs(p - q) - 1))
                }
            }
        }
        return counts
    }

    /// Whatever fits into a pass.
    @Test(arguments: [(10, 0.85), (1, 1.0), (3, 0.5)], [1, 37, 1 << 20]) func countsAreThoseOfAPlainLoop(
        _ options: (window: Int, weight: Double), budget: Int
    ) throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder).split
            var counting = NeighbourOptions()
            (counting.window, counting.distanceWeight) = options
            let found = try CoOccurrence(split, counting, budget: budget)
            let plain = plainCounts(split, window: options.window, weight: options.weight)
            for item in 0..<split.itemCount {
                let row = found.row(item)
                #expect(zip(found.items[row], found.items[row].dropFirst()).allSatisfy(<))
                #expect(found.items[row].map(Int.init) == plain[item].indices.filter { plain[item][$0] > 0 })
                for entry in row { #expect(abs(Double(found.counts[entry]) - plain[item][Int(found.items[entry])]) < 1e-4) }
            }
        }
    }

    @Test func scoresAreTheFormula() throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder).split
            let options = NeighbourOptions()
            let prior = try NeighbourPrior(split, options)
            let counts = plainCounts(split, window: options.window, weight: options.distanceWeight)
            let trained = split.trainingCounts
            #expect(trained.reduce(0, +) == split.trainingInteractions)
            let cases = Array(split.evaluation(.test))
            let batch = EvaluationBatch(cases, inputLength: split.options.inputLength)
            let asked = 3..<cases.count - 2
            let found = prior.scores(of: batch, cases: asked)
            var scores = [[Double]](repeating: .init(repeating: 0, count: split.itemCount), count: asked.count)
            for (place, value) in found.values.enumerated() {
                #expect(value > 0 && scores[Int(found.cases[place])][Int(found.items[place])] == 0, "each pair once")
                scores[Int(found.cases[place])][Int(found.items[place])] = Double(value)
            }
            var sums: [Double] = []
            for (row, place) in asked.enumerated() {
                let history = cases[place].history.suffix(split.options.inputLength).reversed()
                for item in 0..<split.itemCount {
                    let sum = history.enumerated().reduce(0.0) { sum, entry in
                        let both = Double(max(1, trained[Int(entry.element)]) * max(1, trained[item]))
                        return sum + pow(0.8, Double(entry.offset)) * counts[Int(entry.element)][item] / pow(both, 0.3)
                    }
                    if sum > 0 { sums.append(sum) }
                    #expect(abs(scores[row][item] - log(1 + sum / prior.scale)) < 1e-4)
                }
            }
            // The scale is the median over validation histories, so near that of these.
            sums.sort()
            #expect(prior.scale > sums[sums.count / 4] && prior.scale < sums[sums.count * 3 / 4])
            var given = options
            given.scale = 2.5
            #expect(try NeighbourPrior(split, given).scale == 2.5)
        }
    }

    @Test func countingCanBeStopped() throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder).split
            let stop = StopToken()
            stop.request()
            #expect(throws: CancellationError.self) { try CoOccurrence(split, stop: stop) }
        }
    }

    @Test func settingsThatMakeNoSenseAreNamed() {
        var options = NeighbourOptions()
        #expect(options.problems().all.isEmpty)
        (options.window, options.distanceWeight, options.exponent, options.decay, options.scale) = (0, 1.5, -1, 0, 0)
        #expect(options.problems().all.count == 5)
    }
}
