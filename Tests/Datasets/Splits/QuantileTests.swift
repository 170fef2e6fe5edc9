import TestSupport
import Testing

@testable import Datasets

struct QuantileTests {
    @Test func isTheNumberInThatPlaceOfTheSortedNumbers() {
        var generator = SeededGenerator(seed: 31)
        let ranges: [ClosedRange<Int64>] = [
            0...0, -3...3, 1_500_000_000...1_600_000_000, Int64.min...Int64.max, -1 << 40...1 << 20,
            Int64.max - 5...Int64.max, Int64.min...Int64.min + 70_000,
        ]
        for range in ranges {
            for count in [1, 2, 17, 400] {
                let numbers = (0..<count).map { _ in Int64.random(in: range, using: &generator) }
                let sorted = numbers.sorted()
                for rank in Set([0, count / 3, count / 2, count - 1]) {
                    #expect(numbers.withUnsafeBufferPointer { Quantile.number(rank, of: $0) } == sorted[rank], "\(range)")
                }
            }
        }
    }
}
