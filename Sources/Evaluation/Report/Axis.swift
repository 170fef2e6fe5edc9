import Foundation

/// An axis: where values lie on it, 0 to 1, and which of them are labelled.
struct Axis {
    /// Labels and their places.
    private(set) var ticks: [(place: Double, label: String)]
    private let low: Double
    private let high: Double
    private let isLogarithmic: Bool

    /// Where a value lies: 0 at the axis's start, 1 at its end.
    func place(_ value: Double) -> Double {
        isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    }

    /// Even steps over the data.
    static func linear(_ values: [Double], _ quantity: Quantity = .percent, count: Int = 5, whole: Bool = false) -> Axis {
        let unit = quantity.unit(for: values.filter { $0.isFinite }.max() ?? 1)
        let ticks = AxisTicks(covering: values.map { $0 / unit.size }, count: count, whole: whole)
        return Axis(
            ends: (ticks.low * unit.size, ticks.high * unit.size), isLogarithmic: false,
            labels: ticks.values.map { ($0 * unit.size, $0 == 0 && !unit.name.isEmpty ? "0" : ticks.label($0) + unit.name) })
    }

    /// Even ratios over the data, which is above 0.
    static func logarithmic(_ values: [Double], _ quantity: Quantity) -> Axis {
        let powers = quantity.powers(from: values.min() ?? 1, to: values.max() ?? 1)
        return Axis(
            ends: (powers[0], powers[powers.count - 1]), isLogarithmic: true, labels: powers.map { ($0, quantity.label($0)) })
    }

    /// A logarithmic axis where the data is above 0 and its greatest is more than 20 times its least, an even one from 0 else.
    static func fitting(_ values: [Double], _ quantity: Quantity) -> Axis {
        if let least = values.min(), let most = values.max(), least > 0, most / least > 20 {
            return logarithmic(values, quantity)
        }
        return linear([0] + values, quantity)
    }

    /// Names side by side: the value i is the middle of the i-th.
    static func categories(_ names: [String]) -> Axis {
        Axis(
            ends: (-0.5, Double(max(1, names.count)) - 0.5), isLogarithmic: false,
            labels: names.enumerated().map { (Double($0), $1) })
    }

    private init(ends: (Double, Double), isLogarithmic: Bool, labels: [(Double, String)]) {
        (low, high) = ends
        self.isLogarithmic = isLogarithmic
        ticks = []
        ticks = labels.map { (place($0.0), $0.1) }
    }
}

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
