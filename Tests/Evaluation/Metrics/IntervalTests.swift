import Files
import Foundation
import TestSupport
import Testing

@testable import Metrics

@Suite struct IntervalTests {
    @Test func wilsonSolvesItsEquation() {
        // The ends are the proportions q at which p is exactly z standard errors away: (p - q)² = z² q (1 - q) / n.
        for (hits, users) in [(1, 10), (5, 10), (37, 400), (399, 400), (12_345, 100_000)] {
            let estimate = WilsonInterval.estimate(hits: hits, of: users)
            for q in [estimate.low!, estimate.high!] {
                let distance = (estimate.value - q) * (estimate.value - q)
                #expect(abs(distance - 1.959964 * 1.959964 * q * (1 - q) / Double(users)) < 1e-7)
            }
            #expect(estimate.low! < estimate.value && estimate.value < estimate.high!)
        }
        // Published values for 0 of 10 and 10 of 10.
        #expect(abs(WilsonInterval.estimate(hits: 0, of: 10).high! - 0.27753) < 1e-5)
        #expect(abs(WilsonInterval.estimate(hits: 10, of: 10).low! - 0.72247) < 1e-5)
        #expect(WilsonInterval.estimate(hits: 0, of: 10).low == 0)
        #expect(WilsonInterval.estimate(hits: 10, of: 10).high == 1)
        #expect(WilsonInterval.estimate(hits: 0, of: 0) == Estimate(0, low: 0, high: 1))
    }

    @Test func bootstrapCoversTheMeanAsOftenAsItSays() {
        var generator = SeededGenerator(seed: 31)
        var covered = 0
        for round in 0..<300 {
            let values = (0..<120).map { _ in Double.random(in: 0..<1, using: &generator) }
            let estimate = Bootstrap.mean(of: values, resamples: 300, seed: UInt64(round))
            if estimate.low! <= 0.5 && 0.5 <= estimate.high! { covered += 1 }
        }
        #expect((267...298).contains(covered), "\(covered) of 300 intervals cover the mean, about 285 should")
    }

    @Test func bootstrapWidthIsThatOfTheStandardError() {
        var generator = SeededGenerator(seed: 32)
        let values = (0..<2000).map { _ in Double.random(in: 0..<1, using: &generator) }
        let estimate = Bootstrap.mean(of: values)
        let expected = 2 * 1.96 * (1.0 / 12 / 2000).squareRoot()
        #expect(abs((estimate.high! - estimate.low!) / expected - 1) < 0.1)
        #expect(estimate == Bootstrap.mean(of: values))
        #expect(estimate != Bootstrap.mean(of: values, seed: 2))
        #expect(Bootstrap.mean(of: []) == Estimate(0))
        #expect(Bootstrap.mean(of: [0.25, 0.25]) == Estimate(0.25, low: 0.25, high: 0.25))
    }

    @Test func drawsAreEven() {
        var generator = SplitMix64(seed: 9)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[generator.next(below: 7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    }
}
