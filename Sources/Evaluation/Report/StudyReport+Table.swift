import Foundation
import Metrics

extension StudyReport {
    /// The variants as a Markdown table, for a README or an issue.
    public var markdownTable: String { (kind == .tune ? trialTable : table).markdown }

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
