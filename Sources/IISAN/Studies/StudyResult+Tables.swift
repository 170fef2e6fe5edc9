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
        let metrics = [Metric.hitRate(10).name, Metric.ndcg(10).name]
        var table = TextTable(
            titles: ["against \(reference)"] + metrics.flatMap { ["\($0) points", "users' interval", "p", "verdict"] })
        for variant in variants {
            let own = metrics.map { metric in comparisons.first { $0.first == variant.name && $0.users.metric == metric } }
            guard own.contains(where: { $0 != nil }) else { continue }
            let cells = own.map { comparison -> [String] in
                guard let comparison else { return ["–", "–", "–", "–"] }
                let points = String(format: "%+.2f", comparison.users.difference.value * 100)
                return [
                    points, Self.interval(comparison.users.difference), String(format: "%.4f", comparison.pValue),
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

    /// The encoders of each variant and what comes of them.
    var encoderTable: TextTable {
        var table = TextTable(titles: ["encoders", "text", "image", "HR@10 %", "NDCG@10 %"])
        for variant in variants {
            func size(_ modality: String) -> String {
                variant.encoders?.first { $0.modality == modality }.map { NumberText.count($0.parameters) } ?? "–"
            }
            table.rows.append([
                variant.name, size("text"), size("image"), variant.ranking.map { Self.percent($0.hitRate.mean.value) } ?? "–",
                variant.ranking.map { Self.percent($0.ndcg.mean.value) } ?? "–",
            ])
        }
        return table
    }

    /// A run's ranking with changed items.
    var changeTable: TextTable {
        var table = TextTable(
            titles: ["on test, %", "items changed", "users moved", "HR@10", "users' interval", "NDCG@10", "users' interval"])
        for variant in variants {
            guard let ranking = variant.ranking else { continue }
            table.rows.append([
                variant.name, variant.change.map { "\($0.items)" } ?? "–", variant.change.map { "\($0.movedUsers)" } ?? "–",
                Self.percent(ranking.usersHitRate.value), Self.interval(ranking.usersHitRate),
                Self.percent(ranking.usersNDCG.value), Self.interval(ranking.usersNDCG),
            ])
        }
        return table
    }

    /// The trials of a search, best on the validation targets first.
    var trialTable: TextTable {
        var table = TextTable(titles: ["on validation, %", "HR@10", "NDCG@10", "settings"])
        let trials = variants.filter { $0.validation != nil }.sorted { Self.score($0) > Self.score($1) }
        for trial in trials {
            table.rows.append([
                trial.name, Self.percent(Self.score(trial).hitRate), Self.percent(Self.score(trial).ndcg),
                trial.settings.joined(separator: " "),
            ])
        }
        return table
    }

    /// The chosen settings with what they have on the test targets.
    var choice: String {
        guard let chosen, let variant = self[chosen] else { return "no trial came to an end\n" }
        let ranking = variant.ranking.map {
            "on test: HR@10 \(Self.percent($0.usersHitRate.value)) % (\(Self.interval($0.usersHitRate))), "
                + "NDCG@10 \(Self.percent($0.usersNDCG.value)) % (\(Self.interval($0.usersNDCG)))"
        }
        return "chosen by validation: \(chosen)\n\(ranking ?? "")\n" + variant.settings.map { "--set \($0)\n" }.joined()
    }

    /// What a search decides by: HR@10 on the validation targets, then NDCG@10.
    static func score(_ variant: Variant) -> (hitRate: Double, ndcg: Double) {
        (variant.validation?.hitRate.mean.value ?? 0, variant.validation?.ndcg.mean.value ?? 0)
    }
}

extension StudyResult {
    /// Sets a run's ranks with changed items beside those with the states that were cached before.
    init(
        _ study: RobustnessStudy, _ run: RunResult, cached: RankTable,
        changed: [(change: ItemChange, table: RankTable, items: Int)], _ pipeline: Pipeline, _ dataset: Dataset
    ) throws {
        func variant(_ name: String, _ table: RankTable, _ change: Change?) throws -> Variant {
            Variant(
                name: name, method: run.method, settings: [], note: nil, axis: change?.name, change: change,
                runs: [
                    Run(
                        seed: run.seed, folder: study.run, bestEpoch: run.bestEpoch, hitRate: table.mean(.hitRate(10)),
                        ndcg: table.mean(.ndcg(10)), gates: change == nil ? run.gates : [],
                        shares: change == nil ? run.shares : [])
                ], failures: [], ranking: try Ranking(of: [table]))
        }
        let variants = try changed.map { change, table, items in
            let moved = zip(cached.rows, table.rows).count { $0.rank.rank != $1.rank.rank }
            return try variant(
                "\(change.kind.rawValue)-\(String(format: "%g", change.rate))", table,
                Change(name: change.kind.rawValue, rate: change.rate, items: items, movedUsers: moved))
        }
        let comparisons = try zip(variants, changed).map { variant, changed in
            try [Metric.hitRate(10), .ndcg(10)].map {
                try MethodComparison(variant.name, [changed.table], with: RobustnessStudy.unchangedName, [cached], metric: $0)
            }
        }
        self.init(
            kind: .robustness, dataset: dataset.manifest.name, datasetHash: dataset.manifest.contentHash,
            environment: try JSONFile.read(RunEnvironment.self, from: pipeline.run.environment),
            reference: RobustnessStudy.unchangedName,
            variants: [try variant(RobustnessStudy.unchangedName, cached, nil)] + variants,
            comparisons: MethodComparison.corrected(comparisons.flatMap { $0 }),
            ceiling: try pipeline.configuration.evaluate.knownCeiling(), weights: study.options.weights)
    }
}
