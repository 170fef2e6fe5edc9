import TestSupport
import Testing

@testable import Datasets

struct RadixSortTests {
    @Test func ordersByTheBitsAndKeepsTheOrderOfEqualOnes() {
        var generator = SeededGenerator(seed: 41)
        for bits in [32..<32, 32..<33, 32..<40, 32..<49, 32..<64, 0..<64, 5..<22] {
            for count in [0, 1, 2, 700] {
                let numbers = (0..<count).map { _ in UInt64.random(in: 0 ... .max, using: &generator) }
                func key(_ number: UInt64) -> UInt64 {
                    bits.isEmpty ? 0 : (number << UInt64(64 - bits.upperBound)) >> UInt64(64 - bits.count)
                }
                var sorted = numbers
                RadixSort.sort(&sorted, bits: bits)
                let expected = numbers.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }
                #expect(sorted == expected.map(\.element), "\(bits), \(count)")
            }
        }
    }
}
