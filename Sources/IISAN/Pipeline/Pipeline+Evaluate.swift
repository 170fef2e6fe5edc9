import Datasets
import Evaluation
import Files
import Foundation
import HiddenStates
import Metrics
import Modeling
import Serving
import Training

extension Pipeline {
    /// Ranks both parts of the split with the best epoch; writes `result.json` and a table of ranks per part.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the run is not trained yet or its inputs do not fit.
    @discardableResult
    public func evaluate() throws -> RunResult {
        let dataset = try dataset()
        let split = try split(of: dataset)
        let evaluator = Evaluator(split, stop: observer.stop)
        let recommender = configuration.train.model.method.isTrained ? try trainedRecommender(dataset, split) : nil
        try Folder.make(run.folder)
        let items = try recommender.map(evaluator.itemVectors)
        func card(_ part: Split.Part) throws -> EvaluationCard {
            let ranks =
                try recommender.map {
                    try evaluator.ranks($0, part, itemVectors: items, onProgress: observer.onProgress)
                }
                ?? evaluator.popularityRanks(part)
            try evaluator.table(ranks, part).write(to: run.ranks(part))
            return Evaluator.card(
                ranks, split: split, part: part, datasetHash: dataset.manifest.contentHash,
                cutoffs: configuration.evaluate.cutoffs)
        }
        var result = try resultWithoutRanks(dataset)
        result.bestEpoch = recommender == nil ? nil : try run.best.state().best?.epoch
        result.validation = try card(.validation)
        result.test = try card(.test)
        if let recommender {
            result.shares = try evaluator.shares(recommender, .validation, itemVectors: items)
            if let tower = recommender.itemTower as? SideNetworkTower {
                if tower.isVersa { result.method = configuration.train.model.name(as: .iisanVersa) }
                result.gates = tower.gates.map { .init(tower: $0.tower, values: $0.values) }
            }
        }
        try JSONFile.write(result, to: run.result)
        return result
    }

    /// Where the test targets stand for a trained run when its items are others than those it was trained on; nothing is written.
    ///
    /// - Throws: ``UserError`` when the run is not trained yet or the inputs do not fit the dataset.
    public func ranks(_ part: Split.Part = .test, with changed: ChangedInputs) throws -> RankTable {
        let dataset = try dataset()
        let split = try split(of: dataset)
        let evaluator = Evaluator(split, stop: observer.stop)
        let recommender = try trainedRecommender(dataset, split, changed: changed)
        return evaluator.table(try evaluator.ranks(recommender, part, onProgress: observer.onProgress), part)
    }

    /// What is known of a run before its targets are ranked.
    func resultWithoutRanks(_ dataset: Dataset) throws -> RunResult {
        RunResult(
            method: configuration.train.model.name, seed: configuration.train.training.seed,
            datasetHash: dataset.manifest.contentHash,
            cost: configuration.train.model.method.isTrained ? try JSONFile.read(RunCost.self, from: run.cost) : nil)
    }

    /// The trained model, ready to recommend.
    public func served() throws -> ServedModel {
        let dataset = try dataset()
        let split = try split(of: dataset)
        return try ServedModel(trainedRecommender(dataset, split), dataset: dataset, split: split, stop: observer.stop)
    }
}
