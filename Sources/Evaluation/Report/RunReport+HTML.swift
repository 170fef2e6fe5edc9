import Files
package import Foundation
import Metrics

extension RunReport {
    /// The whole report as one HTML file that needs no network and no other file, and runs no script.
    package var html: String {
        Page(
            title: title, subtitle: subtitle, header: tiles,
            sections: [
                methodSection, MethodParts.verdictSection(comparisons), parts.costSection, parts.scatterSection,
                curveCharts.section, breakdownSection, gateSection,
                shareSection, exampleSection, cardSection,
                Page.settings(configuration: configuration, environment: environment),
            ]
        ).html
    }

    /// The learning curves as one SVG file; nil when there are none.
    package var curvesSVG: String? { curveCharts.file(title: title) }

    private var curveCharts: CurveCharts { CurveCharts(curves: curves) }

    /// Writes `report.html`, `curves.svg`, `table.md` and `table.csv`, each atomically; without curves no `curves.svg`.
    ///
    /// - Parameter folder: an existing folder; files of these names are replaced.
    /// - Throws: ``UserError`` when the folder cannot be written.
    package func write(to folder: URL) throws {
        try AtomicFile.write(html, to: folder.appending(path: "report.html"))
        try AtomicFile.write(markdownTable, to: folder.appending(path: "table.md"))
        try AtomicFile.write(csvTable, to: folder.appending(path: "table.csv"))
        if let curvesSVG { try AtomicFile.write(curvesSVG, to: folder.appending(path: "curves.svg")) }
    }

    /// The files of a report that lie in a folder and that no report of ours has put there: writing one would replace them.
    package static func foreignFiles(in folder: URL) -> [String] {
        let page = try? Data(contentsOf: folder.appending(path: "report.html"), options: .mappedIfSafe)
        if let page, page.range(of: Data(Page.mark.utf8), options: .backwards) != nil { return [] }
        return ["report.html", "curves.svg", "table.md", "table.csv"].filter {
            FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
        }
    }

    /// The subject's numbers, large.
    private var tiles: Markup {
        guard let method = methods.first(where: { $0.name == subject }) else { return "" }
        var tiles: [Markup] = []
        func add(_ label: String, _ value: String?) {
            if let value { tiles.append("<div class=\"tile\"><b>\(value)</b><span>\(label)</span></div>") }
        }
        for (metric, found) in method.metrics.entries { add(metric.name, metric.unit.textWithUnit(found.value)) }
        add("trainable parameters", method.cost.map { NumberText.count($0.trainableParameters) })
        add("per epoch", method.cost.map { NumberText.seconds($0.secondsPerEpoch) })
        add("peak memory", method.cost.map { NumberText.bytes($0.peakMemory) })
        return tiles.isEmpty ? "" : "<div class=\"tiles\">\(tiles)</div>"
    }
}

extension RunReport {
    /// The evaluation card: facts beside metrics.
    var cardSection: Markup {
        guard let card else { return "" }
        let facts: [Markup] = card.facts.map { "<dt>\($0.label)</dt><dd>\($0.value)</dd>\n" }
        let rows: [Markup] = card.metricRows.map { row in
            let cells = [row.all, row.warm, row.cold].map { Self.cell($0, row.metric.unit) }
            return "<tr><td>\(row.metric.unit == .share ? row.metric.name : row.metric.heading)</td>\(cells)</tr>\n"
        }
        return Page.section(
            "Evaluation card", lead: "How the numbers came to be, in full, so that they can be repeated and compared.",
            """
            <div class="card">
            <dl>
            \(facts)</dl>
            <div class="wide"><table>
            <thead><tr><th>%</th><th>All</th><th>Warm</th><th>Cold</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            </div>
            """)
    }

    private static func cell(_ estimate: Estimate?, _ unit: MetricUnit) -> Markup {
        guard let estimate else { return "<td>–</td>" }
        guard let low = estimate.low, let high = estimate.high else { return "<td>\(unit.text(estimate.value))</td>" }
        return "<td>\(unit.text(estimate.value))<small>\(unit.text(low)) – \(unit.text(high))</small></td>"
    }
}
