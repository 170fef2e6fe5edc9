import Files
import Foundation
import Metrics
import Report

extension StudyResult {
    /// The result for a terminal: how the variants rank, what they cost, and what their differences come to.
    public var text: String {
        let tables: [TextTable]
        switch kind {
        case .compare, .ablate: tables = [rankingTable, costTable]
        case .scale: tables = [encoderTable, rankingTable, costTable]
        case .robustness: tables = [changeTable]
        case .tune: tables = [trialTable, costTable]
        }
        let isAnythingKnown = variants.contains { $0.ranking != nil || $0.validation != nil || $0.cost != nil }
        var parts = isAnythingKnown ? tables.map(\.text) : []
        if kind == .tune { parts.append(choice) }
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

    private var rankingTable: TextTable {
        var table = TextTable(
            titles: ["on test, %", "seeds", "HR@10", "seeds' interval", "users' interval", "NDCG@10", "users' interval"]
                + ["warm HR", "cold HR", "ties"])
        for variant in variants {
            guard let ranking = variant.ranking else {
                table.rows.append([variant.name, "0"] + Array(repeating: "–", count: 8))
                continue
            }
            table.rows.append(
                [
                    variant.name, "\(variant.runs.count)", Self.percent(ranking.hitRate.mean.value),
                    Self.interval(ranking.hitRate.mean), Self.interval(ranking.usersHitRate),
                    Self.percent(ranking.ndcg.mean.value), Self.interval(ranking.usersNDCG),
                    ranking.warm.hitRate.map { Self.percent($0.value) } ?? "–",
                    ranking.cold.hitRate.map { Self.percent($0.value) } ?? "–",
                    NumberText.significant(ranking.tiedTargets),
                ])
        }
        if let ceiling {
            table.rows.append(
                ["the best that can be reached", "", Self.percent(ceiling.hitRate), "", "", Self.percent(ceiling.ndcg)]
                    + Array(repeating: "", count: 4))
        }
        return table
    }

    private var costTable: TextTable {
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

    static func percent(_ share: Double) -> String { NumberText.percent(share) }

    static func interval(_ estimate: Estimate) -> String {
        guard let low = estimate.low, let high = estimate.high else { return "–" }
        return "\(percent(low)) to \(percent(high))"
    }
}
