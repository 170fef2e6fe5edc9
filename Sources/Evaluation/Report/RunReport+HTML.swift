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

extension RunReport {
    /// The gates as a heat map, one row per tower.
    var gateSection: Markup { Page.section("Gates", lead: Self.gateLead(of: [gates]), gates?.map ?? "") }

    /// What the gates of some runs say.
    static func gateLead(of runs: [Gates?]) -> String {
        let hasMore = runs.contains { $0?.towers.contains { $0.name.hasPrefix("inter, ") } ?? false }
        let more = " In \"inter, NAME\": what the inter tower read before (1) against the modality NAME (0)."
        return gateLead + (hasMore ? more : "")
    }

    private static let gateLead =
        "How much each side block takes from its encoder layer (1) and how much from the block before it (0). In the inter tower: "
        + "image (1) against text (0). The layer's number stands above its cell."
}

extension RunReport.Gates {
    /// The gates as cells; nothing where there are none.
    var map: Markup {
        guard towers.contains(where: { !$0.values.isEmpty }) else { return "" }
        let rows = towers.map { tower in
            (
                name: tower.name,
                cells: zip(tower.layers, tower.values).map { layer, value in
                    HeatMap.Cell(
                        heading: layer, text: value.isFinite ? String(format: "%.2f", value) : "?",
                        tone: value.isFinite ? 2 * value - 1 : 0)
                }
            )
        }
        return HeatMap(title: "Gates", rows: rows).html
    }
}
