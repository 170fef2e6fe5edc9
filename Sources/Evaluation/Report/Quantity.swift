import Foundation

/// What the numbers of an axis are, so that they can be shown in the unit that fits.
enum Quantity {
    /// Numbers without a unit, such as parameters: thousands, millions.
    case count
    /// Seconds.
    case seconds
    /// Bytes.
    case bytes
    /// Hundredths.
    case percent

    /// The units by ascending size, as number of the base unit.
    private var units: [(size: Double, name: String)] {
        switch self {
        case .count: [(1, ""), (1e3, " K"), (1e6, " M"), (1e9, " B")]
        case .seconds: [(1e-3, " ms"), (1, " s"), (60, " min"), (3600, " h")]
        case .bytes: [(1, " B"), (1e3, " KB"), (1e6, " MB"), (1e9, " GB"), (1e12, " TB")]
        case .percent: [(1, "")]
        }
    }

    /// The largest unit that a number has at least one of.
    func unit(for number: Double) -> (size: Double, name: String) { units.last { $0.size <= number * 1.0001 } ?? units[0] }

    /// A round number in its unit, as in `10 ms`, `5 M`.
    func label(_ number: Double) -> String {
        let unit = unit(for: number)
        return String(format: "%g", number / unit.size) + unit.name
    }

    /// Round numbers for a logarithmic axis, from below `low` to above `high`; ten of a unit before one of the next.
    func powers(from low: Double, to high: Double) -> [Double] {
        let steps: [Double] = high / low < 100 ? [1, 2, 5] : [1]
        let exponents = Int(log10(low).rounded(.down)) - 1...Int(log10(high).rounded(.up)) + 1
        var powers = exponents.flatMap { exponent in steps.map { $0 * pow(10, Double(exponent)) } }
        if case .seconds = self {
            let long = [60.0, 3600].flatMap { size in steps.flatMap { [size * $0, size * $0 * 10] } }
            powers = (powers.filter { $0 < 50 } + long.filter { $0 < 1800 || $0 >= 3600 } + powers.filter { $0 > 360_000 })
                .sorted()
        }
        let first = powers.lastIndex { $0 <= low * 1.0001 } ?? 0
        let last = powers.firstIndex { $0 >= high * 0.9999 } ?? powers.count - 1
        return Array(powers[first...max(first + 1, last)])
    }
}
