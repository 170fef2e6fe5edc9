import Datasets
import Files
import Foundation
import Modeling
import Ranking
package import Serving
import Training

extension RunDirectory {
    /// What answers are computed from, a ``ServedCatalogue``: made by the evaluation, or by the first that opens the run.
    var served: URL { folder.appending(path: "served.safetensors") }
}

extension Pipeline {
    /// The trained model, ready to recommend; of popularity the most popular items. The process's random state is left as it was.
    ///
    /// What answers are computed from is kept in the run (`served.safetensors`), so that opening it computes nothing and needs no accelerator.
    /// A file of another model, dataset or store is made again, and so is one that is missing, wherever the run's folder can be written.
    ///
    /// - Parameter newItems: whether the dataset may be another one than the run was trained on, with items that came later; only for
    ///   methods that have no vector of their own per item, because these compute the vectors of all items from their states.
    /// - Throws: ``UserError`` when the run was trained with another dataset, store or encoder, or is not trained yet.
    public func served(newItems: Bool = false) throws -> ServedModel {
        try observer.stop.check()
        let dataset = try dataset()
        let model = try served(dataset, newItems: newItems)
        for part in try AppendedParts.read(of: dataset.folder).all { model.appended[part.source] = part.revision }
        return model
    }

    private func served(_ dataset: Dataset, newItems: Bool) throws -> ServedModel {
        guard !newItems || !configuration.train.model.method.hasItemVectors else {
            throw UserError(
                "\(configuration.train.model.name) has a vector of its own for each item it was trained on",
                at: run.folder.path,
                remedy: "Train again for new items, or choose a method that reads titles or pictures alone.")
        }
        if let kept = try keptCatalogue(dataset) {
            return ServedModel(kept, dataset: dataset, name: servedName, laterItems: laterItems(dataset))
        }
        try checkRun(dataset, newItems: newItems)
        let split = try split(of: dataset)
        let score = try score(dataset, split, newItems: newItems).score
        if !newItems {
            do { try keep(score, dataset, split) } catch let error as UserError {
                // A folder that is read alone serves as well.
                observer.onMessage("serve: the item vectors are not kept: \(error)")
            }
        }
        return ServedModel(
            score, positions: split.options.inputLength, dataset: dataset, name: servedName,
            popularity: FixedNumbers(split.popularity), laterItems: laterItems(dataset))
    }

    /// What the run keeps for just these inputs; nil where it keeps nothing that can be read, or of others.
    func keptCatalogue(_ dataset: Dataset) throws -> ServedCatalogue? {
        guard let found = ServedCatalogue.inputs(of: run.served) else { return nil }
        guard let inputs = try servedInputs(dataset), found == inputs else {
            observer.onMessage(
                "serve: the model, the dataset, a store or this program is another one since; the item vectors are computed again"
            )
            return nil
        }
        // It is on the processor, wherever the run was trained.
        try useThreads()
        do { return try ServedCatalogue(run.served) } catch let error as UserError {
            observer.onMessage("serve: \(error)")
            return nil
        }
    }

    /// Keeps what answers are computed from, unless just that is kept already.
    func keep(_ score: Score, _ dataset: Dataset, _ split: Split) throws {
        guard let inputs = try servedInputs(dataset), inputs != ServedCatalogue.inputs(of: run.served) else { return }
        try ServedCatalogue.write(
            score, positions: split.options.inputLength, inputs: inputs, popularity: split.popularity, to: run.served)
    }

    /// The hash of all that answers follow from: settings, dataset, the best epoch's parameters, the weights of the score, the stores.
    ///
    /// Nil where one of them is not there. Of live encoders, whose part is done, only names, sizes and times are looked at.
    func servedInputs(_ dataset: Dataset) throws -> String? {
        let train = configuration.train
        var inputs = StageInputs()
        inputs.add("served 2")
        inputs.add(train.model.method.rawValue)
        inputs.add(train.score.changes)
        inputs.add(configuration.data.split.changes)
        inputs.add(dataset.manifest.contentHash)
        func add(_ file: URL) -> Bool {
            guard let hash = try? ContentHash.of(file: file) else { return false }
            inputs.add("\(file.lastPathComponent) \(hash)")
            return true
        }
        if train.model.method.isTrained {
            run.best.recover()
            // The parameters' hash stands in a small file beside them, but for checkpoints of older builds.
            guard add(run.best.sums) || add(run.best.model) else { return nil }
            inputs.add(try RunManifest.read(of: run)?.inputs ?? "")
        }
        if let score = try? Data(contentsOf: run.folder.appending(path: "score.json")) {
            inputs.add(score.withUnsafeBytes(ContentHash.of))
        }
        if train.readsStores {
            for (modality, settings) in configuration.readModalities {
                inputs.add(modality.name)
                // It names the shards with their hashes.
                guard add(URL(filePath: settings.store).appending(path: "manifest.json")) else { return nil }
            }
        }
        if train.model.isLive {
            for (modality, settings) in configuration.readModalities {
                inputs.add("\(modality.name) \(settings.encoder)")
                if FileManager.default.fileExists(atPath: settings.encoder) { try inputs.add(path: settings.encoder) }
            }
        }
        return inputs.digits
    }
}
