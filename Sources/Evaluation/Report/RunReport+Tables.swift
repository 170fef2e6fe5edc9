import Foundation
package import Metrics

extension RunReport {
    /// TPME of the methods whose cost is known; empty when fewer than two are.
    package var efficiency: [TPME.Value] { parts.efficiency.sorted { $0.key < $1.key }.map(\.value) }

    /// The metrics of the table's columns: those that methods were measured by.
    var metrics: [Metric] { [Metric](measuredBy: methods.map(\.metrics.metrics)).orPapers }

    var parts: MethodParts { MethodParts(methods: methods, subject: subject, ceiling: ceiling, weights: tpmeWeights) }

    /// The methods as a Markdown table, for a README or an issue.
    package var markdownTable: String { table.markdown }

    /// The methods as CSV (RFC 4180) in full precision: shares 0...1, seconds, bytes; what is not known is empty.
    package var csvTable: String {
        let metrics = metrics
        var csv = CSVText(
            columns: ["method"] + metrics.flatMap { CSVText.columns($0, ["low", "high"]) } + CSVText.costColumns + [
                "tpme", "note",
            ])
        let efficiency = parts.efficiency
        for (index, method) in methods.enumerated() {
            csv.append(
                [CSVText.field(method.name)] + metrics.flatMap { CSVText.fields(method.metrics[$0]) }
                    + CSVText.fields(method.cost) + [CSVText.field(efficiency[index]?.value), CSVText.field(method.note)])
        }
        return csv.text
    }

    var table: ReportTable {
        let parts = parts
        let costs = parts.costCells
        let metrics = metrics
        let best = metrics.map { metric in MethodParts.best(metric, methods.map { $0.metrics[metric]?.value }) }
        var rows = methods.enumerated().map { index, method in
            ReportTable.Row(
                cells: [.init(method.name)]
                    + zip(metrics, best).map { .init(method.metrics[$0], $0.unit, isBest: $1.contains(index)) }
                    + costs[index] + [.init(method.note)], style: method.name == subject ? .subject : .plain)
        }
        let columns =
            [.init(title: "Method")] + metrics.map { ReportTable.Column(title: $0.heading) } + MethodParts.costColumns
            + [.init(title: "Note", isNote: true)]
        if let ceiling { rows.append(Self.row(of: ceiling, metrics, columns: columns.count)) }
        return ReportTable(columns: columns, rows: rows, notes: parts.costNotes)
    }

    /// The row of a ceiling in a table with metrics from its second column on and words in its last.
    static func row(of ceiling: Ceiling, _ metrics: [Metric], columns: Int) -> ReportTable.Row {
        let numbers: [ReportTable.Cell] =
            [.init(ceiling.name)]
            + metrics.map { metric in .init(ceiling.metrics[metric].map { metric.unit.text($0.value) } ?? "") }
        let empty = [ReportTable.Cell](repeating: .init(""), count: columns - 1 - numbers.count)
        return ReportTable.Row(cells: numbers + empty + [.init("the best that can be reached on this data")], style: .ceiling)
    }

    var methodSection: Markup {
        if methods.isEmpty { return "" }
        return Page.section(
            "Ranking and cost",
            lead: "\(metrics.names) with 95 % intervals below. The best of each column is in colour.",
            "\(table.html)\(parts.intervalCharts)")
    }
}

extension RunReport {
    /// The subject's ranking by history length and by target popularity.
    var breakdownSection: Markup {
        let charts = breakdowns.filter { !$0.groups.isEmpty }.flatMap { breakdown in
            breakdown.metrics.map { Self.columns($0, breakdown) }
        }
        return Page.section("Groups of users", lead: Self.breakdownLead, Page.charts(charts))
    }

    static let breakdownLead =
        "History length is the number of earlier items, target popularity the number of training interactions of the item that was "
        + "chosen next; 0 is a cold item. Groups have about the same number of users where the numbers allow it; whiskers are 95 % "
        + "intervals over users, left out where they would hide each other."

    private static func columns(_ metric: Metric, _ breakdown: Breakdown) -> Markup {
        let columns = breakdown.groups.map { group in
            let point = LineChart.Point(0, percentOf: group.metrics[metric] ?? Estimate(.nan))
            return ColumnChart.Column(
                name: group.axisLabel, value: point.y.isFinite ? min(100, max(0, point.y)) : 0, interval: point.interval,
                words: "\(group.label): \(NumberText.significant(point.y)) % of \(group.users) users")
        }
        let title = "\(metric.heading), by \(breakdown.kind.rawValue)"
        return ColumnChart(title: title, xLabel: breakdown.kind.axisLabel, columns: columns).svg
    }

    /// How much of the scores each tower or part decides, and which part speaks for what is recommended.
    var shareSection: Markup {
        let name = subject ?? "score"
        return Self.shareSection(
            [(name, shares)], weights: score,
            more: Self.shareChart("Recommended items by the part that speaks for them most, %", [(name, leads)]))
    }

    /// The shares of methods with several towers or parts.
    static func shareSection(
        _ methods: [(name: String, shares: [RunResult.TowerShare])], weights: ScoreWeights? = nil, more: Markup? = nil
    ) -> Markup {
        let sum = weights.map { weights in
            weights.weights.sorted { $0.key < $1.key }.map { String(format: "%.2f ", $0.value) + $0.key }
                .joined(separator: " + ")
        }
        let chart = shareChart("Share of the score, %", methods)
        return Page.section(
            "Shares of the score",
            lead:
                "How much of the differences between a user's scores comes from each tower or part, in percent, mean over users. A part "
                + "left of 0 works against the others." + (sum.map { " The score is \($0)." } ?? ""),
            chart.map { Page.charts([$0, more]) } ?? "")
    }

    private static func shareChart(
        _ title: String, _ methods: [(name: String, shares: [RunResult.TowerShare])]
    ) -> Markup? {
        let bars = methods.compactMap { method -> StackedBarChart.Bar? in
            let parts = method.shares.map { (name: $0.tower, share: $0.share) }
            guard parts.count > 1, parts.allSatisfy({ abs($0.share) < 100 }) else { return nil }
            return StackedBarChart.Bar(name: method.name, parts: parts)
        }
        return bars.isEmpty ? nil : StackedBarChart(title: title, bars: bars).svg
    }
}

extension Breakdown {
    /// What the groups were measured by.
    var metrics: [Metric] { groups.first?.metrics.metrics ?? [] }
}

extension Breakdown.Kind {
    /// What is along the axis.
    var axisLabel: String { self == .historyLength ? "earlier items" : "training interactions" }
}

extension Breakdown.Group {
    /// The numbers, short.
    var axisLabel: String { least == most ? "\(least)" : "\(least)–\(most)" }
}
