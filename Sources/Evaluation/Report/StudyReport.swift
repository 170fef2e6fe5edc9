import Files
package import Foundation
package import Metrics

/// What a study is shown as: values only; `html`, `curvesSVG`, `markdownTable`, `csvTable` and `runsTable` draw them.
///
/// Every part but the title may be empty and is then left out. Texts may be anything: they are escaped where they are drawn.
package struct StudyReport: Sendable {
    /// What the page of a study shows before what all have, in this order.
    package struct Layout: Sendable, Equatable {
        /// A section.
        package enum Part: Sendable {
            /// The table of variants with quality and cost.
            case ranking
            /// The variants against the reference.
            case verdicts
            /// Charts of time, parameters and memory.
            case cost
            /// Quality against cost.
            case scatter
            /// Quality against the size of the encoders; ``Variant/encoders`` says which.
            case sizes
            /// What is lost when items are changed; ``Variant/change`` says how.
            case changes
            /// The table of trials with their settings, in place of ``ranking``.
            case trials
            /// The validation of each trial and the best so far.
            case search
        }

        /// The sections.
        package let parts: [Part]
        /// Whether the least TPME is among the figures at the top.
        package let showsEfficiency: Bool

        /// Chooses sections.
        package init(_ parts: [Part], showsEfficiency: Bool = false) {
            self.parts = parts
            self.showsEfficiency = showsEfficiency
        }

        /// Which variant is better, and what each costs.
        package static let comparison = Layout([.ranking, .verdicts, .cost, .scatter], showsEfficiency: true)
        /// What larger encoders bring.
        package static let sizes = Layout([.sizes, .ranking, .verdicts, .scatter, .cost])
        /// What is lost when items are changed.
        package static let changes = Layout([.changes, .ranking, .verdicts])
        /// Which settings are best on the validation targets.
        package static let search = Layout([.trials, .search])

        /// Whether the variants are trials of a search.
        var isOfTrials: Bool { parts.contains(.trials) }
        /// Whether all variants are one model, with changed items.
        var isOfChanges: Bool { parts.contains(.changes) }
    }

    /// The heading.
    package var title: String
    /// A line under the heading: dataset, date, machine.
    package var subtitle: String
    /// What the page shows.
    package var layout: Layout
    /// What was tried, in the order of the table; in a search in the order of the trials.
    package var variants: [Variant] = []
    /// The name of the variant that the others are compared with, or that is chosen; it is marked.
    package var reference: String?
    /// What a search has chosen by, on the validation targets.
    package var selectedBy = Metric.hitRate(10)
    /// The variants compared with the reference, corrected for their number; see ``MethodComparison/corrected(_:)``.
    package var comparisons: [MethodComparison] = []
    /// The best that can be reached, where known.
    package var ceiling: RunReport.Ceiling?
    /// How TPME weighs time, parameters and memory.
    package var tpmeWeights = TPME.Weights()
    /// The learning curves of all runs, each under its variant's name.
    package var curves: [RunReport.Curve] = []
    /// The study file, as text.
    package var configuration: String = ""
    /// The environment, label and value: machine, versions, commit.
    package var environment: [(label: String, value: String)] = []

    /// Starts a report with only its heading.
    package init(title: String, subtitle: String = "", layout: Layout) {
        self.title = title
        self.subtitle = subtitle
        self.layout = layout
    }

    /// The metrics of the table's columns: those that variants were measured by.
    var metrics: [Metric] { [Metric](measuredBy: variants.map(\.measured)).orPapers }

    /// What studies share with runs.
    var parts: MethodParts {
        let metrics = metrics
        return MethodParts(
            methods: variants.map {
                .init(name: $0.name, metrics: PerMetric(metrics, $0.shown), cost: $0.cost, note: $0.note)
            }, subject: reference, ceiling: ceiling, weights: tpmeWeights)
    }

    /// The comparison of a variant with the reference in NDCG@10 or, where it is not among the metrics, in the first.
    func comparison(of variant: Variant) -> MethodComparison? {
        let own = comparisons.filter { $0.first == variant.name && $0.second == reference }
        return own.first { $0.users.metric == metrics.quality.name } ?? own.first
    }
}

extension StudyReport {
    /// The whole report as one HTML file that needs no network and no other file, and runs no script.
    package var html: String {
        let rest = [
            breakdownSection, gateSection, shareSection, curveCharts.section, settingsSection,
            Page.settings(configuration: configuration, environment: environment),
        ]
        return Page(title: title, subtitle: subtitle, header: tiles, sections: layout.parts.map(section) + rest).html
    }

    private func section(_ part: Layout.Part) -> Markup {
        switch part {
        case .ranking: tableSection
        case .verdicts: MethodParts.verdictSection(comparisons)
        case .cost: parts.costSection
        case .scatter: parts.scatterSection
        case .sizes: scaleSection
        case .changes: changeSection
        case .trials: trialSection
        case .search: searchSection
        }
    }

    /// The learning curves as one SVG file; nil when there are none.
    package var curvesSVG: String? { curveCharts.file(title: title) }

    /// Writes `report.html`, `curves.svg`, `table.md`, `table.csv` and `runs.csv`, each atomically; without curves no `curves.svg`.
    ///
    /// - Parameter folder: an existing folder; files of these names are replaced.
    /// - Throws: ``UserError`` when the folder cannot be written.
    package func write(to folder: URL) throws {
        try AtomicFile.write(html, to: folder.appending(path: "report.html"))
        try AtomicFile.write(markdownTable, to: folder.appending(path: "table.md"))
        try AtomicFile.write(csvTable, to: folder.appending(path: "table.csv"))
        try AtomicFile.write(runsTable, to: folder.appending(path: "runs.csv"))
        if let curvesSVG { try AtomicFile.write(curvesSVG, to: folder.appending(path: "curves.svg")) }
    }

    private var curveCharts: CurveCharts { CurveCharts(curves: curves) }

    private var tableSection: Markup {
        if variants.isEmpty { return "" }
        return Page.section(
            "Ranking and cost",
            lead: "\(metrics.names) on the test targets, means over seeds. The best of each column is in colour.",
            "\(table.html)\(layout.isOfChanges ? "" : parts.intervalCharts)")
    }

    private var trialSection: Markup {
        if variants.isEmpty { return "" }
        return Page.section(
            "Trials", lead: "Best on the validation targets first; the test targets are ranked for the chosen one alone.",
            trialTable.html)
    }

    /// In what the variants differ, folded; a search has it in its table.
    private var settingsSection: Markup {
        let rows: [Markup] = variants.compactMap { variant in
            if variant.settings.isEmpty || layout.isOfTrials { return nil }
            let settings = variant.settings.map { "\($0.label) = \($0.value)" }.joined(separator: "\n")
            return "<dt>\(variant.name)</dt><dd class=\"lines\">\(settings)</dd>\n"
        }
        if rows.isEmpty { return "" }
        return
            "<section>\n<details><summary>Settings that differ</summary><dl class=\"inner\">\n\(rows)</dl></details></section>\n"
    }

    /// The main results, as large figures.
    private var tiles: Markup {
        var tiles: [Markup] = []
        func add(_ label: String, _ value: String?) {
            if let value { tiles.append("<div class=\"tile\"><b>\(value)</b><span>\(label)</span></div>") }
        }
        func name(_ places: Set<Int>) -> String {
            let first = places.min().map { variants[$0].name.cut(to: 30) } ?? ""
            return places.count > 1 ? "\(first) and \(places.count - 1) more" : first
        }
        let metric = metrics.quality
        let quality = variants.map { $0.shown(metric)?.value }
        let best = layout.isOfChanges ? [] : MethodParts.best(quality)
        add("best \(metric.name): \(name(best))", best.first.flatMap { quality[$0] }.map(metric.unit.textWithUnit))
        let efficiency = layout.showsEfficiency ? parts.efficiency : [:]
        let least = MethodParts.best(variants.indices.map { efficiency[$0].map { -$0.value } })
        add("lowest TPME: \(name(least))", least.first.flatMap { efficiency[$0] }.map { String(format: "%.3f", $0.value) })
        add("variants", variants.isEmpty ? nil : "\(variants.count)")
        let runs = variants.reduce(0) { $0 + $1.runs.count }
        add("runs", runs == 0 ? nil : "\(runs)")
        return tiles.isEmpty ? "" : "<div class=\"tiles\">\(tiles)</div>"
    }
}
