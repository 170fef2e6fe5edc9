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
                runs: ranked.indices.map { Run(ranked[$0].run, ranked[$0].result, test: test[$0], validation: validation[$0]) },
                failures: study.runs.filter { $0.variant == variant.name }.compactMap { run in
                    failures[run.name].map { Failure(run: run.name, reason: $0) }
                },
                ranking: test.isEmpty ? nil : try Ranking(of: test),
                validation: validation.isEmpty ? nil : try Ranking(of: validation, isBrokenDown: false),
                cost: measured ?? Self.cost(of: ranked.compactMap(\.result.cost)))
        }
        try addCosts()
        if kind == .tune { choose() } else { try addComparisons(tables) }
        if let run = study.runs.first(where: { failures[$0.name] == nil }) {
            let dataset = try Pipeline(run.configuration).dataset()
            (self.dataset, datasetHash) = (dataset.manifest.name, dataset.manifest.contentHash)
            environment = try JSONFile.read(RunEnvironment.self, from: run.folder.environment)
            ceiling = try run.configuration.evaluate.knownCeiling()
        }
    }

    /// The layers that the blocks of a run's towers stand at; nil for a method without.
    private static func layers(of configuration: Configuration) throws -> [String: [Int]]? {
        guard [.iisan, .iisanVersa].contains(configuration.train.model.method) else { return nil }
        return try configuration.storedLayers(kept: true)
    }

    /// Chooses the variant that is best on the validation targets, and hides what the others have on the test targets.
    private mutating func choose() {
        let best = variants.filter { $0.validation != nil }.max { Self.score($0) < Self.score($1) }
        chosen = best?.name
        for index in variants.indices where variants[index].name != chosen {
            variants[index].ranking = nil
            for run in variants[index].runs.indices {
                (variants[index].runs[run].hitRate, variants[index].runs[run].ndcg) = (nil, nil)
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

    private mutating func addComparisons(_ tables: [String: [RankTable]]) throws {
        guard let theirs = tables[reference], !theirs.isEmpty else { return }
        var family: [MethodComparison] = []
        for metric in [Metric.hitRate(10), .ndcg(10)] {
            for variant in variants where variant.name != reference {
                guard let ours = tables[variant.name], !ours.isEmpty else { continue }
                family.append(try MethodComparison(variant.name, ours, with: reference, theirs, metric: metric))
            }
        }
        comparisons = MethodComparison.corrected(family)
    }
}

extension StudyResult.Run {
    init(_ run: StudyRun, _ result: RunResult, test: RankTable, validation: RankTable) {
        self.init(
            seed: run.seed, folder: run.name, bestEpoch: result.bestEpoch, hitRate: test.mean(.hitRate(10)),
            ndcg: test.mean(.ndcg(10)), validationHitRate: validation.mean(.hitRate(10)),
            validationNDCG: validation.mean(.ndcg(10)), cost: result.cost, gates: result.gates, shares: result.shares)
    }
}

extension RankTable {
    /// A metric's mean over the users.
    func mean(_ metric: Metric) -> Double {
        rows.isEmpty ? 0 : rows.reduce(0) { $0 + metric.value(of: $1.rank) } / Double(rows.count)
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
            let found: StudyResult.Ceiling
            do {
                let card = try JSONFile.read(Card.self, from: URL(filePath: path))
                found = StudyResult.Ceiling(hitRate: card.ceiling.hitRate10, ndcg: card.ceiling.ndcg10)
            } catch let error as UserError {
                throw UserError(
                    "\(error.place.map { "\($0): " } ?? "")\(error.problem)", at: "evaluate.ceiling",
                    remedy: "Name a file with {\"ceiling\": {\"hitRate10\", \"ndcg10\"}}, as world.json of a world, or none.")
            }
            guard (0...1).contains(found.hitRate), (0...1).contains(found.ndcg) else {
                throw UserError(
                    "\(path) says HR@10 \(found.hitRate) and NDCG@10 \(found.ndcg), expected 0 to 1", at: "evaluate.ceiling")
            }
            return found
        }
    }
}
