import Files
import Foundation

extension RunReport {
    /// The whole report as one HTML file that needs no network and no other file, and runs no script.
    public var html: String {
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
    public var curvesSVG: String? { curveCharts.file(title: title) }

    private var curveCharts: CurveCharts { CurveCharts(curves: curves) }

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

    /// The subject's numbers, large.
    private var tiles: Markup {
        guard let method = methods.first(where: { $0.name == subject }) else { return "" }
        var tiles: [Markup] = []
        func add(_ label: String, _ value: String?) {
            if let value { tiles.append("<div class=\"tile\"><b>\(value)</b><span>\(label)</span></div>") }
        }
        add("HR@10", method.hitRate.map { NumberText.percent($0.value) + " %" })
        add("NDCG@10", method.ndcg.map { NumberText.percent($0.value) + " %" })
        add("trainable parameters", method.cost.map { NumberText.count($0.trainableParameters) })
        add("per epoch", method.cost.map { NumberText.seconds($0.secondsPerEpoch) })
        add("peak memory", method.cost.map { NumberText.bytes($0.peakMemory) })
        return tiles.isEmpty ? "" : "<div class=\"tiles\">\(tiles)</div>"
    }
}
