import Foundation
import Metrics

extension StudyReport {
    /// The trials, best on the validation targets first, with a column per setting.
    var trialTable: ReportTable {
        let settings = LineStyle.places(variants.flatMap { $0.settings.map(\.label) }).sorted { $0.value < $1.value }.map(\.key)
        let order = variants.indices.sorted { (found($0) ?? -1, -$0) > (found($1) ?? -1, -$1) }
        let best = MethodParts.best(variants.indices.map(found))
        let costs = parts.costCells
        let rows = order.map { index in
            let variant = variants[index]
            let values = settings.map { label in
                ReportTable.Cell(variant.settings.first { $0.label == label }?.value)
            }
            let cells: [ReportTable.Cell] =
                [.init(variant.name)] + values + [
                    .init(variant.summary(\.validationHitRate)?.mean, isBest: best.contains(index)),
                    .init(variant.summary(\.validationNDCG)?.mean), .init(variant.shownHitRate), .init(variant.shownNDCG),
                ] + costs[index].prefix(3) + [.init(variant.note)]
            return ReportTable.Row(cells: cells, style: variant.name == reference ? .subject : .plain)
        }
        let columns =
            [.init(title: "Trial")] + Self.short(settings).map { ReportTable.Column(title: $0) } + [
                .init(title: "Validation HR@10, %"), .init(title: "Validation NDCG@10, %"), .init(title: "Test HR@10, %"),
                .init(title: "Test NDCG@10, %"),
            ] + MethodParts.costColumns.prefix(3) + [.init(title: "Note", isNote: true)]
        return ReportTable(columns: columns, rows: rows, notes: parts.costNotes)
    }

    /// The last parts of settings' names, whole names where that would leave two alike.
    private static func short(_ names: [String]) -> [String] {
        let last = names.map { String($0.split(separator: ".").last ?? "") }
        return Set(last).count == names.count ? last : names
    }

    /// The search: each trial's validation, and the best so far.
    var searchSection: Markup {
        let found = variants.indices.compactMap { index in self.found(index).map { (Double(index + 1), $0 * 100) } }
        guard found.count > 1 else { return "" }
        var best = -Double.infinity
        let bests = found.map { trial, value in
            best = max(best, value)
            return LineChart.Point(trial, best)
        }
        var chart = LineChart(
            title: "Validation HR@10, %", xLabel: "trial",
            series: [
                .init(name: "best so far", points: bests),
                .init(name: "trial", points: found.map { .init($0.0, $0.1) }, hasLine: false),
            ])
        chart.marksAll = true
        return Page.section(
            "Search", lead: "What each trial found, in the order they were tried. The test targets had no say.",
            Page.charts([chart.svg()]))
    }

    /// What the trials are chosen by: HR@10 on the validation targets.
    private func found(_ index: Int) -> Double? { variants[index].summary(\.validationHitRate)?.mean.value }
}
