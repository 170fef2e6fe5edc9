import Datasets
import Files
import Foundation
import HiddenStates
import Metrics
import Modeling
import Ranking
import Torch
import Training

extension Pipeline {
    /// What the run ranks by, and the trained model in it; nil for a method that is not trained.
    ///
    /// A sum of parts is kept in the run (`score.json`, `score.safetensors`): its weights are chosen and its states whitened once, by the
    /// first that needs them, and written where the run is being written.
    ///
    /// - Parameters:
    ///   - changed: other items than those the run was trained on; weights and whitening stay.
    ///   - newItems: whether the dataset may be another one; weights and whitening stay.
    /// - Throws: ``UserError`` when the run is not trained yet, or something is missing or does not fit.
    func score(
        _ dataset: Dataset, _ split: Split, changed: ChangedInputs? = nil, newItems: Bool = false
    ) throws -> (score: Score, model: KeptWork.RankedModel?) {
        let method = configuration.train.model.method
        var model: KeptWork.RankedModel?
        if method.isTrained {
            if let changed {
                let recommender = try trainedRecommender(dataset, split, changed: changed)
                let vectors = try Evaluator(split, stop: observer.stop).itemVectors(recommender)
                model = .init(state: try run.best.state(), recommender: recommender, itemVectors: vectors)
            } else {
                model = try rankedModel(dataset, split)
            }
        }
        let kinds = configuration.train.scoreKinds
        if kinds == [.network], let model { return (Score(model.recommender, itemVectors: model.itemVectors), model) }
        if kinds == [.popularity] { return (Score(popularityOf: split), nil) }
        let kept = try keptScore(dataset, split, model, isFixed: changed != nil || newItems)
        let start = Date()
        let made = try withTensorErrors {
            try withoutGradients { try parts(kinds, dataset, split, model, kept, changed: changed) }
        }
        if let kept { return (made.score.weighted(kept.weights), model) }
        var weights: ScoreWeights
        if let given = configuration.train.score.weights {
            weights = try self.weights(given, of: made.score)
        } else {
            let likely = try WeightFit(split, stop: observer.stop).weights(of: made.score, onProgress: observer.onProgress)
            let steps = WeightSteps(split, stop: observer.stop)
            weights = try steps.weights(from: made.score.weighted(likely), onProgress: observer.onProgress)
            weights = try steps.weightsForNewItems(
                from: made.score.weighted(weights), cost: configuration.train.score.newnessCost, onProgress: observer.onProgress
            )
            let text = made.score.parts.map { "\(String(format: "%.2f", weights[$0])) \($0.rawValue)" }.joined(separator: " + ")
            if made.score.parts.count > 1 { observer.onMessage("evaluate: score = \(text)") }
        }
        weights.seconds = Date().timeIntervalSince(start)
        if hold.isHeld {
            let inputs = try scoreInputs(dataset, split, model)
            try run.write(KeptScore(inputs: inputs, weights: weights, whitening: made.whitening))
        }
        return (made.score.weighted(weights), model)
    }

    /// The score that an earlier evaluation has kept; nil where there is none of these inputs.
    private func keptScore(
        _ dataset: Dataset, _ split: Split, _ model: KeptWork.RankedModel?, isFixed: Bool
    ) throws -> KeptScore? {
        if isFixed {
            guard let kept = try run.keptScore() else {
                throw UserError(
                    "has not chosen the weights of its score yet", at: run.folder.path,
                    remedy: "Evaluate it first, with the dataset it was trained on: iisan evaluate \(run.folder.path).")
            }
            return kept
        }
        let inputs = try scoreInputs(dataset, split, model)
        // What cannot be read is made again.
        guard let kept = try? run.keptScore(), kept.inputs == inputs else { return nil }
        return kept
    }

    /// What the weights and the whitening depend on.
    private func scoreInputs(_ dataset: Dataset, _ split: Split, _ model: KeptWork.RankedModel?) throws -> String {
        var inputs = StageInputs()
        inputs.add(configuration.train.score.changes)
        inputs.add(configuration.train.model.method.rawValue)
        if !configuration.train.model.method.isTrained { inputs.add(configuration.train.scoreKinds.yaml) }
        inputs.add(configuration.data.split.changes)
        inputs.add(dataset.manifest.contentHash)
        if let model {
            inputs.add("epoch \(model.state.epoch)")
            inputs.add(try RunManifest.read(of: run)?.inputs ?? "")
        }
        for (_, store) in try contentStores(dataset) {
            inputs.add(store.identity.hash)
            for shard in store.manifest.shards { inputs.add(shard.sha256) }
        }
        return inputs.digits
    }

    /// The stores that content is compared by, by modality; none without that part.
    private func contentStores(
        _ dataset: Dataset, changed: ChangedInputs? = nil
    ) throws -> PerModality<HiddenStateStore> {
        guard configuration.train.scoreKinds.contains(.content) else { return [:] }
        return try configuration.readModalities.compactMapValues { modality, settings in
            try store(
                changed?.stores[modality] ?? URL(filePath: settings.store), settings.encoderModality(of: modality), dataset)
        }
    }

    /// The parts of the score, not weighted yet.
    private func parts(
        _ kinds: [ScoreOptions.Kind], _ dataset: Dataset, _ split: Split, _ model: KeptWork.RankedModel?, _ kept: KeptScore?,
        changed: ChangedInputs?
    ) throws -> (score: Score, whitening: [String: Whitening]) {
        let options = configuration.train.score
        let device = try device
        var dense: [Score.Dense] = []
        var whitenings: [String: Whitening] = [:]
        var itemVectors = model?.itemVectors
        if kinds.contains(.network), let model { dense.append(.network(model.recommender, itemVectors: model.itemVectors)) }
        for (modality, store) in try contentStores(dataset, changed: changed) {
            let source = try StoredStates(near(store), on: device)
            if let presence = source.presence, !presence.contains(true), kept == nil {
                throw nobodyHas(modality, configuration.readModalities[modality] ?? ModalitySettings())
            }
            let whitening =
                try kept?.whitening[modality.name]
                ?? Whitening(of: source, itemCount: split.itemCount, width: options.contentWidth, stop: observer.stop)
            whitenings[modality.name] = whitening
            let vectors = try whitening.vectors(of: source, itemCount: split.itemCount, stop: observer.stop)
            if itemVectors == nil { itemVectors = vectors }
            dense.append(.content(modality.name, vectors, decay: options.contentDecay))
        }
        if kinds.contains(.popularity) { dense.append(.popularity(of: split, on: device)) }
        if kinds.contains(.newness) { dense.append(.newness(of: split, on: device)) }
        var prior: NeighbourPrior?
        if kinds.contains(.neighbours) {
            var counting = options.neighbours
            counting.scale = kept?.weights.neighbourScale ?? counting.scale
            prior = try NeighbourPrior(split, counting, stop: observer.stop)
        }
        let score = Score(
            dense, neighbours: prior, itemCount: split.itemCount, itemVectors: itemVectors,
            weights: ScoreWeights([:], neighbourScale: prior?.scale))
        return (score, whitenings)
    }

    /// Weights that the settings give, for every part.
    private func weights(_ given: [String: Double], of score: Score) throws -> ScoreWeights {
        var weights = ScoreWeights([:], neighbourScale: score.neighbours?.scale)
        let names = score.parts.map(\.rawValue)
        for name in given.keys.sorted() where !names.contains(name) {
            throw UserError(
                "has a weight for \(name.quoted), which is no part of the score", at: "train.score.weights",
                remedy: Suggestion.sentence(for: name, in: names))
        }
        for part in score.parts { weights[part] = given[part.rawValue] ?? 0 }
        guard weights.weights.values.contains(where: { $0 > 0 }) else {
            throw UserError(
                "has no weight above 0", at: "train.score.weights",
                remedy: "Give one of \(names.joined(separator: ", ")) a weight.")
        }
        return weights
    }
}
