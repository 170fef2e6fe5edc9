import Foundation

/// Numbers as people read them, always with a point and without a locale.
public enum NumberText {
    /// A share in percent, as in `12.34`.
    public static func percent(_ share: Double) -> String { String(format: "%.2f", share * 100) }

    /// A count, as in `985`, `12.3 K`, `1.23 M`.
    public static func count(_ number: Int) -> String {
        scaled(Double(number), units: ["", " K", " M", " B"], base: 1000)
    }

    /// A size in bytes, as in `512 MB`, `12.3 GB` (powers of 1000).
    public static func bytes(_ number: Int) -> String {
        scaled(Double(number), units: [" B", " KB", " MB", " GB", " TB"], base: 1000)
    }

    /// A duration, as in `85 ms`, `12.3 s`, `3 min 20 s`, `2 h 05 min`.
    public static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
        if seconds < 0.9995 { return "\(significant(seconds * 1000)) ms" }
        if seconds < 119.5 { return "\(significant(seconds)) s" }
        let whole = Int(seconds.rounded())
        if whole < 7200 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
        return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
    }

    /// A number with three significant digits, as in `0.0123`, `1.23`, `123`, `1235`.
    public static func significant(_ number: Double) -> String {
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
