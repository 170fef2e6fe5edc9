import Foundation
import TestSupport
import Testing

@testable import Report

@Suite struct AxisTicksTests {
    @Test func coverTheDataWithRoundSteps() {
        var generator = SeededGenerator(seed: 61)
        for _ in 0..<2000 {
            let scale = pow(10, Double.random(in: -8...12, using: &generator))
            let values = (0..<5).map { _ in Double.random(in: -1...1, using: &generator) * scale }
            let ticks = AxisTicks(covering: values)
            let step = ticks.values[1] - ticks.values[0]
            #expect(ticks.low <= values.min()! + step * 1e-6 && ticks.high >= values.max()! - step * 1e-6)
            #expect((2...12).contains(ticks.values.count))
            let mantissa = step / pow(10, log10(step * 1.0001).rounded(.down))
            #expect([1.0, 2, 5].contains { abs($0 - mantissa) < 1e-6 }, "step \(step)")
            #expect(Set(ticks.values.map(ticks.label)).count == ticks.values.count)
        }
    }

    @Test func edgeCases() {
        #expect(AxisTicks(covering: []).low == 0 && AxisTicks(covering: []).high == 1)
        for value in [0, 5, -3, 1e-9, 1e15] {
            let ticks = AxisTicks(covering: [value])
            #expect(ticks.low <= value && value <= ticks.high && ticks.low < ticks.high)
        }
        let epochs = AxisTicks(covering: [1, 2, 3], count: 6, whole: true)
        #expect(epochs.values == [1, 2, 3] && epochs.digits == 0)
        #expect(AxisTicks(covering: [1], count: 6, whole: true).values == [0, 1, 2])
    }
}
