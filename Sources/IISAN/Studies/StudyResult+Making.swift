import Datasets
import Files
import Foundation
import Metrics
import Training

extension StudyResult {
    /// Reads the results of a study's runs and sets them side by side.
    ///
    /// - Parameter failures: errors by run.
    /// - Throws: ``UserError`` when a result is damaged, or runs are not over the same users.
    init(_ study: Study, failures: [String: String]) throws {
        kind = study.options.kind
        reference = study.reference
        weights = study.options.weights
        comparisons = []
        let settings = study.runs.first?.configuration ?? Configuration()
        let metrics = settings.evaluate.tableMetrics
        // What a search chooses by is known on the validation targets, whether tables were asked for it or not.
        let selecting = settings.train.selectedBy
        let validationMetrics =
            kind.study.isSearch ? [Metric](measuredBy: [metrics, settings.train.validationMetrics]) : metrics
        if kind.study.isSearch { selectedBy = selecting.name }
        var tables: [String: [RankTable]] = [:]
        variants = try study.variants.map { variant in
            let runs = study.runs.filter { $0.variant == variant.name && failures[$0.name] == nil }
            let ranked = try runs.filter { !$0.isMeasurement }.map {
                (run: $0, result: try RunResult.read(from: $0.folder.result))
            }
            let first = study.runs.first { $0.variant == variant.name && failures[$0.name] == nil }
            let test = try ranked.map { try RankTable($0.run.folder.ranks(.test)) }
            let validation = try ranked.map { try RankTable($0.run.folder.ranks(.validation)) }
            tables[variant.name] = test
            let measured = try runs.first(where: \.isMeasurement).map { try RunResult.read(from: $0.folder.result).cost }
            return Variant(
                name: variant.name,
                method: ranked.first?.result.method ?? first?.configuration.train.model.name ?? "",
                settings: variant.set, note: variant.note, axis: variant.axis, encoders: variant.encoders,
                layers: try first.flatMap { try Self.layers(of: $0.configuration) },
                runs: ranked.indices.map { place in
                    let (run, result) = ranked[place]
                    return Run(
                        seed: run.seed, folder: run.name, bestEpoch: result.bestEpoch,
                        test: test[place].values(metrics, card: result.test),
                        validation: validation[place].values(validationMetrics, card: result.validation), cost: result.cost,
                        gates: result.gates, shares: result.shares)
                },
                failures: study.runs.filter { $0.variant == variant.name }.compactMap { run in
                    failures[run.name].map { Failure(run: run.name, reason: $0) }
                },
                ranking: test.isEmpty ? nil : try Ranking(of: test, metrics, cards: ranked.compactMap(\.result.test)),
                validation: validation.isEmpty
                    ? nil
                    : try Ranking(
                        of: validation, validationMetrics, cards: ranked.compactMap(\.result.validation), isBrokenDown: false),
                cost: measured ?? Self.cost(of: ranked.compactMap(\.result.cost)))
        }
        try addCosts()
        if kind.study.isSearch { choose() } else { try addComparisons(tables, metrics) }
        if let run = study.runs.first(where: { failures[$0.name] == nil }) {
            let dataset = try Pipeline(run.configuration).dataset()
            (self.dataset, datasetHash) = (dataset.manifest.name, dataset.manifest.contentHash)
            environment = try JSONFile.read(RunEnvironment.self, from: run.folder.environment)
            ceiling = try run.configuration.evaluate.knownCeiling()
        }
    }

    /// The layers that the blocks of a run's towers are at; nil for a method without.
    private static func layers(of configuration: Configuration) throws -> PerModality<[Int]>? {
        guard [.iisan, .iisanVersa].contains(configuration.train.model.method) else { return nil }
        return try configuration.storedLayers(kept: true)
    }

    /// Chooses the variant that is best on the validation targets, and hides what the others have on the test targets.
    private mutating func choose() {
        let best = variants.filter { $0.validation != nil }.max { score($0).lexicographicallyPrecedes(score($1)) }
        chosen = best?.name
        for index in variants.indices where variants[index].name != chosen {
            variants[index].ranking = nil
            for run in variants[index].runs.indices {
                variants[index].runs[run].test = [:]
            }
        }
    }

    /// The cost of a variant over its seeds: the mean time, the greatest memory.
    private static func cost(of runs: [RunCost]) -> RunCost? {
        guard var cost = runs.first else { return nil }
        cost.secondsPerEpoch = runs.reduce(0) { $0 + $1.secondsPerEpoch } / Double(runs.count)
        cost.peakMemory = runs.map(\.peakMemory).max() ?? 0
        cost.epochs = runs.map(\.epochs).max() ?? 0
        return cost
    }

    private mutating func addCosts() throws {
        let places = variants.indices.filter { variants[$0].cost != nil }
        let costs = places.compactMap { place in
            variants[place].cost.map {
                TPME.Cost(
                    method: variants[place].name, secondsPerEpoch: $0.secondsPerEpoch,
                    trainableParameters: $0.trainableParameters, peakMemory: $0.peakMemory)
            }
        }
        for (place, value) in zip(places, try TPME.values(of: costs, weights: weights)) { variants[place].tpme = value }
    }

    private mutating func addComparisons(_ tables: [String: [RankTable]], _ metrics: [Metric]) throws {
        guard let theirs = tables[reference], !theirs.isEmpty else { return }
        var family: [MethodComparison] = []
        for metric in metrics where metric.isOfRanks {
            for variant in variants where variant.name != reference {
                guard let ours = tables[variant.name], !ours.isEmpty else { continue }
                family.append(try MethodComparison(variant.name, ours, with: reference, theirs, metric: metric))
            }
        }
        comparisons = MethodComparison.corrected(family)
    }
}

extension RankTable {
    /// Metrics of a run: those of ranks are this table's means over the users, those of lists its card's where it was asked for them.
    func values(_ metrics: [Metric], card: EvaluationCard?) -> MetricEstimates {
        MetricEstimates(metrics) { metric in
            let value = metric.isOfRanks ? metric.mean(of: ranks) : card?.all[metric]?.value
            return value.map { Estimate($0) }
        }
    }
}

extension EvaluateSettings {
    /// The known best; nil where no file is named.
    ///
    /// - Throws: ``UserError`` when the file is not there or does not say it.
    func knownCeiling() throws -> StudyResult.Ceiling? {
        struct Card: Decodable {
            struct Ceiling: Decodable { let hitRate10, ndcg10: Double }
            let ceiling: Ceiling
        }
        return try ceiling.map { path in
            let found: Card.Ceiling
            do { found = try JSONFile.read(Card.self, from: URL(filePath: path)).ceiling } catch let error as UserError {
                throw UserError(
                    "\(error.place.map { "\($0): " } ?? "")\(error.problem)", at: "evaluate.ceiling",
                    remedy: "Name a file with {\"ceiling\": {\"hitRate10\", \"ndcg10\"}}, as world.json of a world, or none.")
            }
            guard (0...1).contains(found.hitRate10), (0...1).contains(found.ndcg10) else {
                throw UserError(
                    "\(path) says HR@10 \(found.hitRate10) and NDCG@10 \(found.ndcg10), expected 0 to 1",
                    at: "evaluate.ceiling")
            }
            return StudyResult.Ceiling(
                metrics: [.hitRate(10): Estimate(found.hitRate10), .ndcg(10): Estimate(found.ndcg10)])
        }
    }
}
