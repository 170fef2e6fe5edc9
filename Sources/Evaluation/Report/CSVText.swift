import Foundation
import Metrics

/// CSV as of RFC 4180: full precision, and nothing where something is not known.
struct CSVText {
    /// The file's text so far.
    private(set) var text: String

    /// Starts a file with its column names.
    init(columns: [String]) { text = columns.joined(separator: ",") + "\r\n" }

    /// Appends a row.
    mutating func append(_ fields: [String]) { text += fields.joined(separator: ",") + "\r\n" }

    /// A text field. A field that a spreadsheet would run as a formula gets an apostrophe in front.
    static func field(_ text: String) -> String {
        var field = text
        if let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) { field = "'" + field }
        guard field.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    /// A number; empty where it is not known.
    static func field(_ number: Double?) -> String { number.map { String($0) } ?? "" }

    /// A whole number; empty where it is not known.
    static func field(_ number: Int?) -> String { number.map { String($0) } ?? "" }

    /// An estimate and the ends of its interval: three fields.
    static func fields(_ estimate: Estimate?) -> [String] { [estimate?.value, estimate?.low, estimate?.high].map(field) }

    /// The names of a cost's columns.
    static let costColumns = [
        "trainable_parameters", "total_parameters", "seconds_per_epoch", "extrapolated", "peak_memory_bytes", "store_bytes",
        "encoding_seconds",
    ]

    /// The fields of a cost.
    static func fields(_ cost: RunCost?) -> [String] {
        [
            field(cost?.trainableParameters), field(cost?.totalParameters), field(cost?.secondsPerEpoch),
            cost.map { $0.isExtrapolated ? "yes" : "no" } ?? "", field(cost?.peakMemory), field(cost?.storeBytes),
            field(cost?.encodingSeconds),
        ]
    }
}
