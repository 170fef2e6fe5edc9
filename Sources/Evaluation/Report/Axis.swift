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
