import Files
import Foundation
import Metrics
import Report

extension StudyResult {
    /// The result for a terminal: how the variants rank, what they cost, and whether their differences count.
    public var text: String {
        let tables = kind.study.tables(of: self)
        let isAnythingKnown = variants.contains { $0.ranking != nil || $0.validation != nil || $0.cost != nil }
        var parts = isAnythingKnown ? tables.map(\.text) : []
        if kind.study.isSearch { parts.append(choice) }
        if !comparisons.isEmpty { parts.append(verdicts) }
        // One cause often stops several runs.
        let failures = Dictionary(grouping: variants.flatMap(\.failures), by: \.reason).mapValues { $0.map(\.run) }
        let reasons = failures.sorted { $0.value[0] < $1.value[0] }
        if !reasons.isEmpty {
            parts.append(reasons.map { "\($0.value.joined(separator: ", ")) failed: \($0.key)\n" }.joined())
        }
        let notes = variants.compactMap { variant in variant.note.map { "\(variant.name): \($0)\n" } }
        if !notes.isEmpty { parts.append(notes.joined()) }
        return parts.joined(separator: "\n")
    }

    /// How the variants rank on the test targets.
    var rankingTable: TextTable {
        let metrics = metrics
        let leading = leading
        var table = TextTable(
            titles: ["on test, %", "seeds"]
                + metrics.flatMap { [Self.title($0)] + ($0 == leading ? ["seeds' interval"] : []) + ["users' interval"] }
                + ["warm \(leading.measure.name)", "cold \(leading.measure.name)", "ties"])
        for variant in variants {
            guard let ranking = variant.ranking else {
                table.rows.append([variant.name, "0"] + Array(repeating: "–", count: 2 * metrics.count + 4))
                continue
            }
            let cells = metrics.flatMap { metric in
                [Self.text(metric, ranking.seeds[metric]?.mean)]
                    + (metric == leading ? [Self.interval(metric, ranking.seeds[metric]?.mean)] : [])
                    + [Self.interval(metric, ranking.users[metric])]
            }
            let groups = [ranking.warm, ranking.cold].map { Self.text(leading, $0.metrics[leading]) }
            table.rows.append(
                [variant.name, "\(variant.runs.count)"] + cells + groups + [NumberText.significant(ranking.tiedTargets)])
        }
        if let ceiling {
            let cells = metrics.flatMap { metric in
                [ceiling.metrics[metric].map { metric.unit.text($0.value) } ?? ""] + (metric == leading ? [""] : []) + [""]
            }
            table.rows.append(["the best that can be reached", ""] + cells + ["", "", ""])
        }
        return table
    }

    /// What training the variants takes.
    var costTable: TextTable {
        var table = TextTable(
            titles: ["cost", "trainable", "per epoch", "epochs", "peak memory", "store", "encoding", "TPME"])
        for variant in variants {
            guard let cost = variant.cost else {
                table.rows.append([variant.name] + Array(repeating: "–", count: 7))
                continue
            }
            let seconds = NumberText.seconds(cost.secondsPerEpoch)
            table.rows.append([
                variant.name, NumberText.count(cost.trainableParameters),
                cost.isExtrapolated ? "\(seconds) (of \(cost.measuredSteps ?? 0) steps)" : seconds,
                cost.epochs > 0 ? "\(cost.epochs)" : "–", NumberText.bytes(cost.peakMemory),
                cost.storeBytes > 0 ? NumberText.bytes(cost.storeBytes) : "–",
                cost.encodingSeconds.map(NumberText.seconds) ?? "–",
                variant.tpme.map { String(format: "%.3f", $0.value) } ?? "–",
            ])
        }
        return table
    }

    /// The metrics on the test targets, or where none are known those on the validation targets, in their order.
    var metrics: [Metric] {
        let test = [Metric](measuredBy: variants.compactMap { $0.ranking?.seeds.metrics })
        return test.isEmpty ? Metric.papers : test
    }

    /// The metric of the columns that there is room for one of: the first of ranks.
    var leading: Metric { metrics.first(where: \.isOfRanks) ?? .hitRate(10) }

    /// A metric's name in a table of shares in percent.
    static func title(_ metric: Metric) -> String {
        metric.unit == .share || metric.unit.symbol.isEmpty ? metric.name : "\(metric.name) (\(metric.unit.symbol))"
    }

    static func text(_ metric: Metric, _ estimate: Estimate?) -> String { estimate.map { metric.unit.text($0.value) } ?? "–" }

    static func interval(_ metric: Metric, _ estimate: Estimate?) -> String {
        guard let low = estimate?.low, let high = estimate?.high else { return "–" }
        return "\(metric.unit.text(low)) to \(metric.unit.text(high))"
    }
}
