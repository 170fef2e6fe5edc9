import Datasets
import Encoding
import Files
import Foundation
import Metrics
import Training

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
