import Foundation

/// The round numbers of an axis: steps of 1, 2 or 5 times a power of ten that cover the data.
struct AxisTicks: Equatable {
    /// The ticks, ascending; the first and last are the axis's ends.
    let values: [Double]
    /// Digits after the point that tell the ticks apart.
    let digits: Int

    /// Chooses ticks.
    ///
    /// - Parameters:
    ///   - values: the data; what is not finite is left out; none gives 0...1, a single value a range around it.
    ///   - count: about how many steps.
    ///   - whole: whether only whole numbers will do, as for epochs.
    init(covering values: [Double], count: Int = 5, whole: Bool = false) {
        let values = values.filter { abs($0) < 1e30 }
        var low = values.min() ?? 0
        var high = values.max() ?? 1
        if high - low <= abs(high) * 1e-9 {
            let margin = whole ? 1 : max(abs(high) * 0.1, 1e-3)
            low -= margin
            high += margin
            if whole { low = max(0, low) }
        }
        let rough = (high - low) / Double(count)
        let power = pow(10, log10(rough).rounded(.down))
        var step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        if whole { step = max(1, step.rounded()) }
        let first = Int((low / step + 1e-9).rounded(.down))
        let last = Int((high / step - 1e-9).rounded(.up))
        self.values = (first...max(first + 1, last)).map { Double($0) * step }
        digits = max(0, Int(-log10(step * 1.0001).rounded(.down)))
    }

    var low: Double { values[0] }
    var high: Double { values[values.count - 1] }

    func label(_ value: Double) -> String { String(format: "%.\(digits)f", value) }
}
