import Foundation
import Metrics

extension StudyReport {
    /// The variants as a Markdown table, for a README or an issue.
    package var markdownTable: String { (kind == .tune ? trialTable : table).markdown }

    /// The variants, their means over seeds and what they cost.
    var table: ReportTable {
        let costs = parts.costCells
        let hitRate = MethodParts.best(variants.map { $0.shownHitRate?.value })
        let ndcg = MethodParts.best(variants.map { $0.shownNDCG?.value })
        var rows = variants.enumerated().map { index, variant in
            ReportTable.Row(
                cells: [
                    .init(variant.name),
                    quality(variant, variant.shownHitRate, variant.summary(\.hitRate), isBest: hitRate.contains(index)),
                    quality(variant, variant.shownNDCG, variant.summary(\.ndcg), isBest: ndcg.contains(index)),
                    difference(variant),
                ] + costs[index] + [
                    .init(variant.runs.isEmpty ? nil : "\(variant.runs.count) seed\(variant.runs.count == 1 ? "" : "s")"),
                    .init(variant.note),
                ],
                style: variant.name == reference ? .subject : .plain, heading: heading(at: index))
        }
        let columns =
            [.init(title: "Variant"), .init(title: "HR@10, %"), .init(title: "NDCG@10, %"), .init(title: "Difference")]
            + MethodParts.costColumns + [.init(title: "Seeds", isNote: true), .init(title: "Note", isNote: true)]
        if let ceiling { rows.append(RunReport.row(of: ceiling, columns: columns.count)) }
        return ReportTable(columns: columns, rows: rows, notes: tableNotes)
    }

    /// The group's name where a group begins.
    private func heading(at index: Int) -> String? {
        let group = variants[index].group
        return group.isEmpty || (index > 0 && variants[index - 1].group == group) ? nil : group
    }

    private func quality(_ variant: Variant, _ estimate: Estimate?, _ seeds: SeedSummary?, isBest: Bool) -> ReportTable.Cell {
        guard let estimate else { return .init(variant.cost == nil ? nil : "not measured") }
        func interval(_ name: String, _ estimate: Estimate?) -> String? {
            guard let low = estimate?.low, let high = estimate?.high else { return nil }
            return "\(name) \(NumberText.percent(low)) – \(NumberText.percent(high))"
        }
        let ofUsers = variant.runs.isEmpty || variant.hitRate != nil || variant.ndcg != nil ? interval("users", estimate) : nil
        return .init(
            NumberText.percent(estimate.value), details: [interval("seeds", seeds?.mean), ofUsers], isBest: isBest)
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
        let metrics = ["hr@10", "ndcg@10"].flatMap { name in
            [name] + ["seed_low", "seed_high", "seed_deviation", "user_low", "user_high"].map { "\(name)_\($0)" }
        }
        var csv = CSVText(
            columns: ["variant", "group", "seeds"] + metrics + ["validation_hr@10", "validation_ndcg@10"]
                + CSVText.costColumns + ["tpme", "compared_with", "metric", "difference", "p", "verdict", "settings", "note"])
        let efficiency = parts.efficiency
        for (index, variant) in variants.enumerated() {
            let comparison = comparison(of: variant)
            let settings = variant.settings.map { "\($0.label)=\($0.value)" }.joined(separator: "; ")
            csv.append(
                [CSVText.field(variant.name), CSVText.field(variant.group), CSVText.field(variant.runs.count)]
                    + Self.fields(variant.hitRate, variant.summary(\.hitRate))
                    + Self.fields(variant.ndcg, variant.summary(\.ndcg)) + [
                        CSVText.field(variant.summary(\.validationHitRate)?.mean.value),
                        CSVText.field(variant.summary(\.validationNDCG)?.mean.value),
                    ] + CSVText.fields(variant.cost) + [
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
        var csv = CSVText(
            columns: ["variant", "seed", "hr@10", "ndcg@10", "validation_hr@10", "validation_ndcg@10"] + CSVText.costColumns)
        for variant in variants {
            for run in variant.runs {
                let metrics = [run.hitRate, run.ndcg, run.validationHitRate, run.validationNDCG].map(CSVText.field)
                csv.append([CSVText.field(variant.name), "\(run.seed)"] + metrics + CSVText.fields(run.cost))
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
