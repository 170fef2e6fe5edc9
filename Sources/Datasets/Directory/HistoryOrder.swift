import Files
import Foundation

/// By what the interactions of each user are ordered: `ordering` in `dataset.json`.
package struct HistoryOrder: Codable, Sendable, Equatable {
    /// What the order comes from.
    package enum Basis: String, Codable, Sendable {
        /// A column of times.
        case time
        /// The order of rows in the file, as there was no time.
        case rows
        /// The source lists each history oldest first.
        case given
    }

    /// What times count.
    package enum Unit: String, Codable, Sendable {
        /// Seconds since 1970.
        case seconds
        /// Milliseconds since 1970.
        case milliseconds
        /// Microseconds since 1970.
        case microseconds
        /// Nanoseconds since 1970.
        case nanoseconds
        /// Dates of ISO 8601, kept as seconds since 1970.
        case dates
        /// Numbers that are the size of none of these.
        case numbers

        /// How many of them are a second; nil for plain numbers.
        var perSecond: Int64? {
            switch self {
            case .seconds, .dates: 1
            case .milliseconds: 1_000
            case .microseconds: 1_000_000
            case .nanoseconds: 1_000_000_000
            case .numbers: nil
            }
        }
    }

    /// What the order comes from.
    package var basis: Basis
    /// The column of times, as the source names it; nil where there is none.
    package var column: String?
    /// What the times count; nil where there are none.
    package var unit: Unit?
    /// What the dataset keeps of a time: the written one times this, so that fractions are whole numbers too; nil for 1.
    package var factor: Int64?

    /// Makes an order.
    package init(_ basis: Basis, column: String? = nil, unit: Unit? = nil, factor: Int64? = nil) {
        self.basis = basis
        self.column = column
        self.unit = unit
        self.factor = factor == 1 ? nil : factor
    }

    /// The order in words.
    package var text: String {
        switch basis {
        case .rows: return "in the order of the rows, without times"
        case .given: return "as the source lists them, oldest first"
        case .time:
            let column = column.map { "column \($0.quoted)" } ?? "time"
            let words: String? =
                switch unit {
                case .numbers: "numbers"
                case .dates: "dates"
                case let unit?: "\(unit.rawValue) since 1970"
                case nil: nil
                }
            let kept = factor.map { ", kept \($0) times as large for their fractions" } ?? ""
            return "by \(column)" + (words.map { " (\($0)\(kept))" } ?? "")
        }
    }

    /// A time of the dataset as a date; nil where it counts no unit since 1970.
    func date(_ time: Int64) -> String? {
        unit?.perSecond.flatMap { DateText.text(seconds: time / (factor ?? 1) / $0) }
    }
}
