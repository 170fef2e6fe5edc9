import Foundation

/// Numbers as people read them, always with a point and without a locale.
package enum NumberText {
    /// A share in percent, as in `12.34`.
    package static func percent(_ share: Double) -> String { String(format: "%.2f", share * 100) }

    /// A count, as in `985`, `12.3 K`, `1.23 M`.
    package static func count(_ number: Int) -> String {
        scaled(Double(number), units: ["", " K", " M", " B"], base: 1000)
    }

    /// A size in bytes, as in `512 MB`, `12.3 GB` (powers of 1000).
    package static func bytes(_ number: Int) -> String {
        scaled(Double(number), units: [" B", " KB", " MB", " GB", " TB"], base: 1000)
    }

    /// A duration, as in `85 ms`, `12.3 s`, `3 min 20 s`, `2 h 05 min`.
    package static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
        if seconds < 0.9995 { return "\(significant(seconds * 1000)) ms" }
        if seconds < 119.5 { return "\(significant(seconds)) s" }
        let whole = Int(seconds.rounded())
        if whole < 7200 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
        return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
    }

    /// A number with three significant digits, as in `0.0123`, `1.23`, `123`, `1235`.
    package static func significant(_ number: Double) -> String {
        guard number.isFinite else { return "?" }
        let magnitude = abs(number)
        if magnitude >= 99.95 || magnitude == 0 { return String(format: "%.0f", number) }
        let digits = magnitude < 1e-6 ? 6 : max(0, 2 - Int(log10(magnitude / 0.9995).rounded(.down)))
        return String(format: "%.\(digits)f", number)
    }

    private static func scaled(_ number: Double, units: [String], base: Double) -> String {
        var value = number
        var unit = 0
        while abs(value) >= base * 0.9995, unit < units.count - 1 {
            value /= base
            unit += 1
        }
        return (unit == 0 ? String(format: "%.0f", value) : significant(value)) + units[unit]
    }
}

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
