import Foundation
import Metrics

extension StudyReport {
    /// The variants as a Markdown table, for a README or an issue.
    package var markdownTable: String { (layout.isOfTrials ? trialTable : table).markdown }

    /// The variants, their means over seeds and what they cost.
    var table: ReportTable {
        let costs = parts.costCells
        let metrics = metrics
        let best = metrics.map { metric in MethodParts.best(metric, variants.map { $0.shown(metric)?.value }) }
        var rows = variants.enumerated().map { index, variant in
            ReportTable.Row(
                cells: [.init(variant.name)]
                    + zip(metrics, best).map { quality(variant, $0, isBest: $1.contains(index)) } + [difference(variant)]
                    + costs[index] + [
                        .init(variant.runs.isEmpty ? nil : "\(variant.runs.count) seed\(variant.runs.count == 1 ? "" : "s")"),
                        .init(variant.note),
                    ],
                style: variant.name == reference ? .subject : .plain, heading: heading(at: index))
        }
        let columns =
            [.init(title: "Variant")] + metrics.map { ReportTable.Column(title: $0.heading) } + [.init(title: "Difference")]
            + MethodParts.costColumns + [.init(title: "Seeds", isNote: true), .init(title: "Note", isNote: true)]
        if let ceiling { rows.append(RunReport.row(of: ceiling, metrics, columns: columns.count)) }
        return ReportTable(columns: columns, rows: rows, notes: tableNotes)
    }

    /// The group's name where a group begins.
    private func heading(at index: Int) -> String? {
        let group = variants[index].group
        return group.isEmpty || (index > 0 && variants[index - 1].group == group) ? nil : group
    }

    private func quality(_ variant: Variant, _ metric: Metric, isBest: Bool) -> ReportTable.Cell {
        guard let estimate = variant.shown(metric) else { return .init(variant.cost == nil ? nil : "not measured") }
        func interval(_ name: String, _ estimate: Estimate?) -> String? {
            guard let low = estimate?.low, let high = estimate?.high else { return nil }
            return "\(name) \(metric.unit.text(low)) – \(metric.unit.text(high))"
        }
        let ofUsers = variant.runs.isEmpty || !variant.metrics.isEmpty ? interval("users", estimate) : nil
        return .init(
            metric.unit.text(estimate.value), details: [interval("seeds", variant.summary(metric)?.mean), ofUsers],
            isBest: isBest)
    }

    /// The variant against the reference.
    private func difference(_ variant: Variant) -> ReportTable.Cell {
        guard let comparison = comparison(of: variant) else { return .init(nil) }
        return .init(
            String(format: "%+.2f", comparison.users.difference.value * 100).replacing("-", with: "−"),
            details: [comparison.verdict.rawValue, comparison.probability])
    }

    private var tableNotes: [String] {
        var notes: [String] = []
        if let comparison = variants.lazy.compactMap(comparison).first {
            notes.append(
                "Difference: \(comparison.users.metric) in points, variant less \(comparison.second); p is corrected for "
                    + "\(comparison.family) comparison\(comparison.family == 1 ? "" : "s").")
        }
        if variants.contains(where: { $0.runs.count > 1 }) {
            notes.append("Intervals, 95 %: of the mean over seeds (Student's t), and over users for these seeds.")
        }
        return notes + parts.costNotes
    }
}

extension StudyReport {
    /// The variants as CSV (RFC 4180) in full precision: shares 0...1, seconds, bytes; what is not known is empty.
    package var csvTable: String {
        let metrics = metrics
        let details = ["seed_low", "seed_high", "seed_deviation", "user_low", "user_high"]
        var csv = CSVText(
            columns: ["variant", "group", "seeds"] + metrics.flatMap { CSVText.columns($0, details) }
                + metrics.flatMap { CSVText.columns($0, prefix: "validation_") } + CSVText.costColumns + [
                    "tpme", "compared_with", "metric", "difference", "p", "verdict", "settings", "note",
                ])
        let efficiency = parts.efficiency
        for (index, variant) in variants.enumerated() {
            let comparison = comparison(of: variant)
            let settings = variant.settings.map { "\($0.label)=\($0.value)" }.joined(separator: "; ")
            csv.append(
                [CSVText.field(variant.name), CSVText.field(variant.group), CSVText.field(variant.runs.count)]
                    + metrics.flatMap { Self.fields(variant.metrics[$0], variant.summary($0)) }
                    + metrics.map { CSVText.field(variant.validationSummary($0)?.mean.value) } + CSVText.fields(variant.cost)
                    + [
                        CSVText.field(efficiency[index]?.value), CSVText.field(comparison?.second ?? ""),
                        CSVText.field(comparison?.users.metric ?? ""), CSVText.field(comparison?.users.difference.value),
                        CSVText.field(comparison?.pValue), CSVText.field(comparison?.verdict.rawValue ?? ""),
                        CSVText.field(settings), CSVText.field(variant.note),
                    ])
        }
        return csv.text
    }

    /// The runs as CSV (RFC 4180) in full precision, one row each.
    package var runsTable: String {
        let metrics = metrics
        var csv = CSVText(
            columns: ["variant", "seed"] + metrics.flatMap { CSVText.columns($0) }
                + metrics.flatMap { CSVText.columns($0, prefix: "validation_") } + CSVText.costColumns)
        for variant in variants {
            for run in variant.runs {
                let found = (metrics.map { run.test[$0] } + metrics.map { run.validation[$0] }).map { CSVText.field($0?.value) }
                csv.append([CSVText.field(variant.name), "\(run.seed)"] + found + CSVText.fields(run.cost))
            }
        }
        return csv.text
    }

    private static func fields(_ users: Estimate?, _ seeds: SeedSummary?) -> [String] {
        [
            users?.value ?? seeds?.mean.value, seeds?.mean.low, seeds?.mean.high, seeds?.deviation, users?.low, users?.high,
        ].map(CSVText.field)
    }
}
