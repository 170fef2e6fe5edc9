import Foundation

/// What a metric measures, whatever the list length: HR, NDCG, coverage. A type per measure, a file each.
///
/// A measure is either of a user's ranked target (``RankMeasure``) or of the recommended lists (``ListMeasure``).
package protocol Measure: Sendable {
    /// The name before the `@` of its metrics, as in `HR`.
    var name: String { get }
    /// What its numbers are; a share unless it says otherwise.
    var unit: MetricUnit { get }
    /// Whether it has no meaning over the whole ranking; so it is unless it says otherwise.
    var needsCutoff: Bool { get }
}

extension Measure {
    package var unit: MetricUnit { .share }
    package var needsCutoff: Bool { true }
}

/// A measure of where one user's only target ranks; the metric of a run is the mean over its users.
package protocol RankMeasure: Measure {
    /// The value for a target that can be reached.
    ///
    /// - Parameters:
    ///   - rank: from 1.
    ///   - cutoff: the list length k; nil for the whole ranking.
    func value(rank: Int, cutoff: Int?) -> Double
    /// Whether the value is always 0 or 1, so that Wilson's interval is the right one; not so unless it says otherwise.
    var isHit: Bool { get }
}

extension RankMeasure {
    package var isHit: Bool { false }
}

/// A measure of the lists that users would be shown, whatever their targets are.
package protocol ListMeasure: Measure {
    /// Whether it reads the items' vectors, which are copied from the device for it; not so unless it says otherwise.
    var readsVectors: Bool { get }
    /// The value of the first `cutoff` items of each list; nil where it is not defined, as for lists of one item.
    func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate?
}

extension ListMeasure {
    package var readsVectors: Bool { false }
}

/// What the numbers of a metric are.
package enum MetricUnit: String, Codable, Sendable {
    /// A share from 0 to 1, shown in percent.
    case share
    /// Bits of information.
    case bits
    /// A number without a unit.
    case number

    /// What a number is multiplied by where it is shown.
    package var scale: Double { self == .share ? 100 : 1 }
    /// How the unit is written where numbers are shown; empty where there is none.
    package var symbol: String {
        switch self {
        case .share: "%"
        case .bits: "bits"
        case .number: ""
        }
    }

    /// A number as it is shown, without its unit, as in `12.34`.
    package func text(_ value: Double) -> String { String(format: self == .number ? "%.3f" : "%.2f", value * scale) }

    /// A number as it is shown, with its unit, as in `12.34 %`.
    package func textWithUnit(_ value: Double) -> String { text(value) + (symbol.isEmpty ? "" : " \(symbol)") }
}

/// A measure that a file names and this program does not have.
struct UnknownMeasure: Measure {
    let name: String
    let unit: MetricUnit
    var needsCutoff: Bool { false }
}
