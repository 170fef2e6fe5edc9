import Foundation

/// HTML or SVG text; whatever is interpolated as text is escaped, so that data can never become markup.
///
/// ```swift
/// let cell: Markup = "<td>\(title)</td>"      // title is a String: escaped
/// let row: Markup = "<tr>\(cell)</tr>"        // cell is Markup: kept
/// ```
struct Markup: ExpressibleByStringInterpolation, Sendable {
    var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ data: String) { text += Markup.escaped(data) }

        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

        mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { text += part.text } }

        mutating func appendInterpolation(_ number: Int) { text += String(number) }

        /// A coordinate: two digits after the point at most.
        mutating func appendInterpolation(_ number: Double) {
            let rounded = (number * 100).rounded() / 100
            text += rounded == rounded.rounded() ? String(format: "%.0f", rounded) : String(rounded)
        }
    }

    /// Data as text of HTML or XML, also within a quoted attribute. Characters that XML cannot hold become U+FFFD.
    static func escaped(_ data: String) -> String {
        var text = ""
        text.reserveCapacity(data.utf8.count)
        for scalar in data.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\t", "\n", "\r": text.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
