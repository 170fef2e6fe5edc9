import Files
import Foundation

extension RunReport {
    /// The whole report as one HTML file that needs no network and no other file, and runs no script.
    public var html: String {
        let sections = [methodSection, costSection, curveSection, gateSection, exampleSection, cardSection, settingsSection]
        let page: Markup = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(Self.styleSheet)
            </style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(title)</h1>
            <p class="soft">\(subtitle)</p>
            \(tiles)
            </header>
            \(sections)
            <footer>Made by iisan. Lower TPME is better; all other definitions are in the evaluation card.</footer>
            </main>
            </body>
            </html>

            """
        return page.text
    }

    /// Writes `report.html`, `curves.svg`, `table.md` and `table.csv`, each atomically; without curves no `curves.svg`.
    ///
    /// - Parameter folder: an existing folder; files of these names are replaced.
    /// - Throws: ``UserError`` when the folder cannot be written.
    public func write(to folder: URL) throws {
        try AtomicFile.write(html, to: folder.appending(path: "report.html"))
        try AtomicFile.write(markdownTable, to: folder.appending(path: "table.md"))
        try AtomicFile.write(csvTable, to: folder.appending(path: "table.csv"))
        if let curvesSVG { try AtomicFile.write(curvesSVG, to: folder.appending(path: "curves.svg")) }
    }

    private static var styleSheet: Markup {
        Markup(
            stringLiteral: [ChartStyle.colours, PageStyle.css, ChartStyle.chart, PageStyle.adaptations].joined(separator: "\n"))
    }

    /// The subject's numbers, large.
    private var tiles: Markup {
        guard let method = methods.first(where: { $0.name == subject }) else { return "" }
        var tiles: [Markup] = []
        func add(_ label: String, _ value: String?) {
            if let value { tiles.append("<div class=\"tile\"><b>\(value)</b><span>\(label)</span></div>") }
        }
        add("HR@10", method.hitRate.map { NumberText.percent($0.value) + " %" })
        add("NDCG@10", method.ndcg.map { NumberText.percent($0.value) + " %" })
        add("trainable parameters", method.trainableParameters.map(NumberText.count))
        add("per epoch", method.secondsPerEpoch.map(NumberText.seconds))
        add("peak memory", method.peakMemory.map(NumberText.bytes))
        return tiles.isEmpty ? "" : "<div class=\"tiles\">\(tiles)</div>"
    }

    /// A section with its heading.
    static func section(_ heading: String, lead: String, _ content: Markup) -> Markup {
        """
        <section>
        <h2>\(heading)</h2>
        <p class="lead">\(lead)</p>
        \(content)
        </section>

        """
    }
}
