import Foundation
import Metrics

/// A table of results, drawn as HTML and as Markdown from the same cells.
struct ReportTable {
    /// One column.
    struct Column {
        var title: String
        /// Whether it is words about the row, which a page shows small under the row's name and Markdown as a column.
        var isNote = false
    }

    /// One cell.
    struct Cell {
        var text: String
        /// What is written small under it, in Markdown in brackets behind it.
        var details: [String]
        /// Whether it is the best of its column.
        var isBest: Bool

        init(_ text: String?, details: [String?] = [], isBest: Bool = false) {
            self.text = text ?? "–"
            self.details = details.compactMap { $0 }
            self.isBest = isBest
        }

        /// An estimate without its unit, its interval below.
        init(_ estimate: Estimate?, _ unit: MetricUnit, isBest: Bool = false) {
            let low = estimate?.low.map(unit.text)
            let interval = low.flatMap { low in estimate?.high.map { "\(low) – \(unit.text($0))" } }
            self.init(estimate.map { unit.text($0.value) }, details: [interval], isBest: isBest)
        }

        /// Whether there is nothing in it.
        var isEmpty: Bool { (text == "–" || text.isEmpty) && details.isEmpty }
    }

    /// What a row is.
    enum Style { case plain, subject, ceiling }

    /// One row.
    struct Row {
        /// As many as there are columns; the first is the row's name.
        var cells: [Cell]
        var style = Style.plain
        /// A heading over this row and those that follow.
        var heading: String?
    }

    var columns: [Column]
    var rows: [Row]
    /// Lines under the table.
    var notes: [String] = []

    /// The columns in which some row has something.
    private var used: [Int] {
        columns.indices.filter { column in column == 0 || rows.contains { !$0.cells[column].isEmpty } }
    }

    /// The table as HTML.
    var html: Markup {
        let used = used.filter { !columns[$0].isNote }
        let heads: [Markup] = used.map { "<th>\(columns[$0].title)</th>" }
        let lines: [Markup] = rows.map { row in
            var heading: Markup = ""
            if let text = row.heading {
                heading = "<tr class=\"group\"><th colspan=\"\(used.count)\"><bdi>\(text)</bdi></th></tr>\n"
            }
            let style: Markup =
                switch row.style {
                case .plain: ""
                case .subject: " class=\"subject\""
                case .ceiling: " class=\"ceiling\""
                }
            let notes = columns.indices.filter { columns[$0].isNote && !row.cells[$0].isEmpty }.map { row.cells[$0].text }
            let cells: [Markup] = used.map { drawn(row.cells[$0], $0 == 0 ? notes : row.cells[$0].details) }
            return "\(heading)<tr\(style)>\(cells)</tr>\n"
        }
        let notes: [Markup] = notes.map { "<p class=\"note\">\($0)</p>\n" }
        return """
            <div class="wide"><table>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines)</tbody>
            </table></div>
            \(notes)
            """
    }

    private func drawn(_ cell: Cell, _ details: [String]) -> Markup {
        let mark: Markup = cell.isBest ? " class=\"best\"" : ""
        let details: [Markup] = details.map { "<small>\($0)</small>" }
        return "<td\(mark)><bdi>\(cell.text)</bdi>\(details)</td>"
    }

    /// The table as Markdown.
    var markdown: String {
        let used = used
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        var lines = [
            line(used.map { MarkdownText.escaped(columns[$0].title) }),
            "|" + used.map { $0 == 0 || columns[$0].isNote ? ":--" : "--:" }.joined(separator: "|") + "|",
        ]
        for row in rows {
            if let heading = row.heading {
                lines.append(line(["**\(MarkdownText.escaped(heading))**"] + used.dropFirst().map { _ in "" }))
            }
            lines.append(
                line(
                    used.map { index in
                        let cell = row.cells[index]
                        let details = cell.details.isEmpty ? "" : " (\(cell.details.joined(separator: "; ")))"
                        return MarkdownText.escaped(cell.text + details)
                    }))
        }
        return (lines + notes.flatMap { ["", MarkdownText.escaped($0)] }).joined(separator: "\n") + "\n"
    }
}

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

    /// The names of a metric's columns: its own, as `hr@10`, and one for each of what else is known, as `hr@10_low`.
    static func columns(_ metric: Metric, _ more: [String] = [], prefix: String = "") -> [String] {
        let name = prefix + metric.name.lowercased()
        return [field(name)] + more.map { field("\(name)_\($0)") }
    }

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

/// Text within Markdown.
enum MarkdownText {
    /// Text of a table cell: nothing in it ends the cell or becomes markup.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\n", "\r", "\r\n", "\t": escaped += " "
            case "|", "\\", "`", "*", "_", "[", "]", "#", "~": escaped += "\\\(character)"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
