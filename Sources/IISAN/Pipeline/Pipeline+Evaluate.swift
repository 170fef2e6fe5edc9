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
    /// Ranks both parts of the split with the best epoch and writes `result.json`.
    @discardableResult
    public func evaluate() throws -> RunResult {
        let dataset = try dataset()
        let split = try split(of: dataset)
        let evaluator = Evaluator(split)
        let method = configuration.train.model.method
        let recommender = method.isTrained ? try trainedRecommender(dataset, split) : nil
        func card(_ part: Split.Part) throws -> EvaluationCard {
            let ranks =
                try recommender.map { try evaluator.ranks($0, part, onProgress: observer.onProgress) }
                ?? evaluator.popularityRanks(part)
            return Evaluator.card(
                ranks, split: split, part: part, datasetHash: dataset.manifest.contentHash,
                cutoffs: configuration.evaluate.cutoffs)
        }
        let result = RunResult(
            method: method.rawValue, bestEpoch: method.isTrained ? try run.best.state().best?.epoch : nil,
            validation: try card(.validation), test: try card(.test),
            cost: try recommender.map { try cost($0, stores(dataset)) },
            gates: (recommender?.itemTower as? SideNetworkTower)?.gates.map { .init(tower: $0.tower, values: $0.values) } ?? [])
        try Folder.make(run.folder)
        try JSONFile.write(result, to: run.result)
        return result
    }

    private func cost(_ recommender: Recommender, _ stores: [HiddenStateStore]) throws -> RunResult.Cost {
        let events = try run.readEvents()
        let seconds = events.map(\.seconds).sorted()
        return RunResult.Cost(
            secondsPerEpoch: seconds.isEmpty ? 0 : seconds[seconds.count / 2], epochs: events.count,
            trainableParameters: recommender.parameters.count, peakMemory: events.map(\.peakMemory).max() ?? 0,
            storeBytes: stores.reduce(0) { $0 + $1.itemCount * $1.bytesPerItem })
    }

    /// The trained model, ready to recommend.
    public func served() throws -> ServedModel {
        let dataset = try dataset()
        let split = try split(of: dataset)
        return try ServedModel(trainedRecommender(dataset, split), dataset: dataset, split: split)
    }
}
