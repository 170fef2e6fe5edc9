import Foundation

/// A whole page that needs no network and no other file, and runs no script.
struct Page {
    var title: String
    var subtitle: String
    /// What is under the title.
    var header: Markup = ""
    var sections: [Markup]

    /// What marks a page of ours.
    static let mark = "<footer>Made by iisan.</footer>"

    /// The page as HTML.
    var html: String {
        let style = Markup(
            stringLiteral: [ChartStyle.colours, PageStyle.css, ChartStyle.chart, PageStyle.adaptations].joined(separator: "\n"))
        let page: Markup = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(title)</h1>
            <p class="soft">\(subtitle)</p>
            \(header)
            </header>
            \(sections)
            \(Markup(stringLiteral: Self.mark))
            </main>
            </body>
            </html>

            """
        return page.text
    }

    /// A section with its heading; nothing where it has no content.
    static func section(_ heading: String, lead: String, _ content: Markup) -> Markup {
        if content.text.isEmpty { return "" }
        return """
            <section>
            <h2>\(heading)</h2>
            <p class="lead">\(lead)</p>
            \(content)
            </section>

            """
    }

    /// Charts side by side where there is room; nothing where there are none.
    static func charts(_ charts: [Markup?], isBelow: Bool = false) -> Markup {
        let charts = charts.compactMap { $0 }
        return charts.isEmpty ? "" : "<div class=\"charts\(isBelow ? " below" : "")\">\(charts)</div>\n"
    }

    /// Configuration and environment, folded.
    static func settings(configuration: String, environment: [(label: String, value: String)]) -> Markup {
        var parts: [Markup] = []
        if !configuration.isEmpty {
            parts.append("<details><summary>Configuration</summary><pre>\(configuration)</pre></details>\n")
        }
        if !environment.isEmpty {
            let facts: [Markup] = environment.map { "<dt>\($0.label)</dt><dd>\($0.value)</dd>\n" }
            parts.append("<details><summary>Environment</summary><dl class=\"inner\">\n\(facts)</dl></details>\n")
        }
        return parts.isEmpty ? "" : "<section>\n\(parts)</section>\n"
    }
}

/// HTML or SVG text; whatever is interpolated as text is escaped, so that data can never become markup.
///
/// ```swift
/// let cell: Markup = "<td>\(title)</td>"      // title is a String: escaped
/// let row: Markup = "<tr>\(cell)</tr>"        // cell is Markup: kept
/// ```
package struct Markup: ExpressibleByStringInterpolation, Sendable {
    /// The text, ready to be sent.
    package var text: String

    /// Text that is HTML or SVG already.
    package init(stringLiteral value: String) { text = value }

    /// Joins literals, which are kept, with data, which is escaped.
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Joins literals and data.
    package struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        /// Begins empty.
        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        /// Adds what is HTML or SVG already.
        package mutating func appendLiteral(_ literal: String) { text += literal }

        /// Adds data, escaped.
        package mutating func appendInterpolation(_ data: String) { text += Markup.escaped(data) }

        /// Adds what is HTML or SVG already.
        package mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

        /// Adds some one after the other.
        package mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { text += part.text } }

        /// Adds a whole number.
        package mutating func appendInterpolation(_ number: Int) { text += String(number) }

        /// A coordinate: two digits after the point at most.
        package mutating func appendInterpolation(_ number: Double) {
            let rounded = (number * 100).rounded() / 100
            text += rounded == rounded.rounded() ? String(format: "%.0f", rounded) : String(rounded)
        }
    }

    /// Data as text of HTML or XML, also within a quoted attribute. Characters that XML cannot hold become U+FFFD.
    package static func escaped(_ data: String) -> String {
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
