package import Datasets
import Ranking
import Files
import Foundation
import HiddenStates
package import Metrics
import Modeling
import Training

extension Pipeline {
    /// Ranks both parts of the split with the best epoch; writes `result.json` and a table of ranks per part.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the run was trained with another dataset, store or encoder, is
    ///   not trained yet or is being written by another process. Its result is then what it was.
    @discardableResult
    public func evaluate() throws -> RunResult { try writingRun { _ in try rankedResult() } }

    private func rankedResult() throws -> RunResult {
        let dataset = try dataset()
        try checkRun(dataset)
        let split = try split(of: dataset)
        let evaluator = Evaluator(split, stop: observer.stop)
        let metrics = configuration.evaluate.cardMetrics
        try split.checkTargets()
        let (score, model) = try score(dataset, split)
        func card(_ part: Split.Part) throws -> EvaluationCard {
            let ranking = try evaluator.ranking(score, part, for: metrics, onProgress: observer.onProgress)
            let ranks = ranking.ranks
            if part == .test, Evaluator.areAllTied(ranks) { observer.onMessage("evaluate: \(Self.allTied)") }
            try evaluator.table(ranks, part).write(to: run.ranks(part))
            let card = Evaluator.card(
                ranks, lists: ranking.lists, split: split, part: part, datasetHash: dataset.manifest.contentHash,
                metrics: metrics, stop: observer.stop)
            try observer.stop.check()
            return card
        }
        var result = try resultWithoutRanks(dataset)
        result.bestEpoch = model?.state.best?.epoch
        result.validation = try card(.validation)
        result.test = try card(.test)
        let shares = try evaluator.shares(score, of: model?.recommender, .validation)
        result.shares = shares.ofScores
        result.leads = shares.ofRecommended.isEmpty ? nil : shares.ofRecommended
        result.score = score.parts.count > 1 ? score.weights : nil
        if let model {
            if let tower = model.recommender.itemTower as? SideNetworkTower {
                if tower.isVersa { result.method = configuration.train.model.name(as: .iisanVersa) }
                result.gates = tower.gates.map { .init(tower: $0.tower, values: $0.values) }
            }
        }
        try JSONFile.write(result, to: run.result)
        try keep(score, dataset, split)
        return result
    }

    /// The ranks of the test targets for a trained run when its items are others than those it was trained on; nothing is written.
    ///
    /// - Throws: ``UserError`` when the run is not trained yet or the inputs do not fit the dataset.
    package func ranks(_ part: Split.Part = .test, with changed: ChangedInputs) throws -> RankTable {
        let dataset = try dataset()
        try checkRun(dataset)
        let split = try split(of: dataset)
        let evaluator = Evaluator(split, stop: observer.stop)
        let score = try score(dataset, split, changed: changed).score
        return evaluator.table(try evaluator.ranks(score, part, onProgress: observer.onProgress), part)
    }

    /// What is known of a run before its targets are ranked; without a cost where its training has not ended.
    func resultWithoutRanks(_ dataset: Dataset) throws -> RunResult {
        var cost: RunCost?
        if configuration.train.model.method.isTrained {
            if FileManager.default.fileExists(atPath: run.cost.path) {
                cost = try JSONFile.read(RunCost.self, from: run.cost)
            } else {
                observer.onMessage(
                    "evaluate: \(run.folder.path) was stopped before the end of its training: its best epoch so far is ranked, and its "
                        + "cost is not known; `iisan train` continues it")
            }
        }
        return RunResult(
            method: configuration.train.model.name, seed: configuration.train.training.seed,
            datasetHash: dataset.manifest.contentHash, cost: cost)
    }
}
