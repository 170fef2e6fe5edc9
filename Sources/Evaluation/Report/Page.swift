/// A whole page that needs no network and no other file, and runs no script.
struct Page {
    var title: String
    var subtitle: String
    /// What stands under the title.
    var header: Markup = ""
    var sections: [Markup]

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
            <footer>Made by iisan.</footer>
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
