import Datasets
import Catalogue
import Files
import Foundation
import Metrics
import Report
import Training

extension StudyResult {
    /// Each variant against the reference.
    var verdicts: String {
        let compared = metrics.filter(\.isOfRanks)
        var table = TextTable(
            titles: ["against \(reference)"] + compared.flatMap { ["\($0.name) points", "users' interval", "p", "verdict"] })
        for variant in variants {
            let own = compared.map { metric in
                (metric, comparisons.first { $0.first == variant.name && $0.users.metric == metric.name })
            }
            guard own.contains(where: { $0.1 != nil }) else { continue }
            let cells = own.map { metric, comparison -> [String] in
                guard let comparison else { return ["–", "–", "–", "–"] }
                let points = String(format: "%+.2f", comparison.users.difference.value * 100)
                return [
                    points, Self.interval(metric, comparison.users.difference), String(format: "%.4f", comparison.pValue),
                    comparison.verdict.rawValue,
                ]
            }
            table.rows.append([variant.name] + cells.flatMap { $0 })
        }
        let count = comparisons.count
        let note =
            "p: how often chance makes such a difference, over users and over seeds"
            + (count > 1 ? ", corrected for \(count) comparisons (Holm)" : "")
        return table.text + note + "\n"
    }

    /// The encoders of each variant and the quality reached with them.
    var encoderTable: TextTable {
        let metrics = metrics
        var table = TextTable(
            titles: ["encoders", "text", "image"] + metrics.map { $0.unit == .share ? "\($0.name) %" : Self.title($0) })
        for variant in variants {
            func size(_ modality: Modality) -> String {
                variant.encoders?.first { $0.modality == modality }.map { NumberText.count($0.parameters) } ?? "–"
            }
            table.rows.append(
                [variant.name, size(.text), size(.image)]
                    + metrics.map { Self.text($0, variant.ranking?.seeds[$0]?.mean) })
        }
        return table
    }

    /// A run's ranking with changed items.
    var changeTable: TextTable {
        let metrics = metrics
        var table = TextTable(
            titles: ["on test, %", "items changed", "users moved"]
                + metrics.flatMap { [Self.title($0), "users' interval"] })
        for variant in variants {
            guard let ranking = variant.ranking else { continue }
            table.rows.append(
                [
                    variant.name, variant.change.map { "\($0.items)" } ?? "–",
                    variant.change.map { "\($0.movedUsers)" } ?? "–",
                ] + metrics.flatMap { [Self.text($0, ranking.users[$0]), Self.interval($0, ranking.users[$0])] })
        }
        return table
    }

    /// The trials of a search, best on the validation targets first.
    var trialTable: TextTable {
        let metrics = [Metric](measuredBy: variants.compactMap { $0.validation?.seeds.metrics })
        var table = TextTable(titles: ["on validation, %"] + metrics.map(Self.title) + ["settings"])
        let trials = variants.filter { $0.validation != nil }.sorted { score($1).lexicographicallyPrecedes(score($0)) }
        for trial in trials {
            table.rows.append(
                [trial.name] + metrics.map { Self.text($0, trial.validation?.seeds[$0]?.mean) }
                    + [trial.settings.joined(separator: " ")])
        }
        return table
    }

    /// The chosen settings with what they have on the test targets.
    var choice: String {
        guard let chosen, let variant = self[chosen] else { return "no trial came to an end\n" }
        let ranking = variant.ranking.map {
            "on test: "
                + $0.users.entries.map { metric, found in
                    let interval = found.low == nil ? "" : " (\(Self.interval(metric, found)))"
                    return "\(metric.name) \(metric.unit.textWithUnit(found.value))\(interval)"
                }.joined(separator: ", ")
        }
        return "chosen by validation: \(chosen)\n\(ranking ?? "")\n" + variant.settings.map { "--set \($0)\n" }.joined()
    }

    /// What a search decides by, on the validation targets.
    var selecting: Metric { selectedBy.flatMap { try? Metric.named($0) } ?? .hitRate(10) }

    /// What a search decides by, and between equals HR@10, then NDCG@10.
    func score(_ variant: Variant) -> [Double] {
        ([selecting] + Metric.papers).map { variant.validation?.seeds[$0]?.mean.value ?? 0 }
    }
}

extension StudyResult {
    /// Sets a run's ranks with changed items beside those with the states that were cached before.
    init(
        _ study: RobustnessStudy, _ run: RunResult, cached: RankTable,
        changed: [(change: ItemChange, table: RankTable, items: Int)], _ pipeline: Pipeline, _ dataset: Dataset
    ) throws {
        // Changed items are ranked for the targets alone, without lists.
        let metrics = pipeline.configuration.evaluate.tableMetrics.filter(\.isOfRanks)
        func variant(_ name: String, _ table: RankTable, _ change: Change?) throws -> Variant {
            Variant(
                name: name, method: run.method, settings: [], note: nil, axis: change?.name, change: change,
                runs: [
                    Run(
                        seed: run.seed, folder: study.run, bestEpoch: run.bestEpoch, test: table.values(metrics, card: nil),
                        gates: change == nil ? run.gates : [], shares: change == nil ? run.shares : [])
                ], failures: [], ranking: try Ranking(of: [table], metrics))
        }
        let variants = try changed.map { change, table, items in
            let moved = zip(cached.rows, table.rows).count { $0.rank.rank != $1.rank.rank }
            return try variant(
                "\(change.kind.rawValue)-\(String(format: "%g", change.rate))", table,
                Change(name: change.kind.rawValue, rate: change.rate, items: items, movedUsers: moved))
        }
        let comparisons = try zip(variants, changed).map { variant, changed in
            try metrics.map {
                try MethodComparison(variant.name, [changed.table], with: RobustnessStudy.unchangedName, [cached], metric: $0)
            }
        }
        self.init(
            kind: StudyKind(RobustnessStudy.self), dataset: dataset.manifest.name, datasetHash: dataset.manifest.contentHash,
            environment: try JSONFile.read(RunEnvironment.self, from: pipeline.run.environment),
            reference: RobustnessStudy.unchangedName,
            variants: [try variant(RobustnessStudy.unchangedName, cached, nil)] + variants,
            comparisons: MethodComparison.corrected(comparisons.flatMap { $0 }),
            ceiling: try pipeline.configuration.evaluate.knownCeiling(), weights: study.options.weights)
    }
}
