import FineTuning
package import Datasets
import Encoders
package import Catalogue
import Ranking
package import Files
package import Foundation
import HiddenStates
package import Modeling
import Torch
import Training

extension Pipeline {
    /// Other titles, pictures and states than those a run was trained on, to see what becomes of its ranking.
    package struct ChangedInputs {
        /// The items with their changed titles and pictures, in the dataset's order: what live encoders read.
        package var items: [CatalogueItem]
        /// The stores of their hidden states: what cached methods read. One that is left out is the configured one.
        package var stores: PerModality<URL>

        /// Names the inputs.
        package init(items: [CatalogueItem], stores: PerModality<URL> = [:]) {
            self.items = items
            self.stores = stores
        }
    }

    /// The split that the configuration asks for.
    public func split(of dataset: Dataset) throws -> Split { try Split(dataset, configuration.data.split) }

    /// A recommender as configured, with fresh parameters from the configured seed.
    ///
    /// - Parameter changed: what the items are, where they are not the dataset's.
    package func recommender(_ dataset: Dataset, _ split: Split, changed: ChangedInputs? = nil) throws -> Recommender {
        let device = try device
        RandomState.seed(configuration.train.training.seed)
        let read = configuration.train.model.method.readsModalities ? configuration.readModalities : [:]
        let sources = try read.compactMapValues { modality, settings in
            let source = try source(modality, settings, dataset, changed)
            // A study of robustness may take a modality from all items; nothing is learnt where none ever had it.
            if changed == nil, let presence = source.presence, !presence.isEmpty, !presence.contains(true) {
                throw nobodyHas(modality, settings)
            }
            return source
        }
        do {
            return try withTensorErrors {
                try Recommender.make(
                    configuration.train.model, itemCount: dataset.items.count, trainedItems: split.trainedItems,
                    states: sources, positions: split.options.inputLength, on: device)
            }
        } catch let error as UserError { throw error.below("train") }
    }

    /// The recommender with the parameters of the best epoch.
    ///
    /// The process's random state is left as it was.
    ///
    /// - Throws: ``UserError`` when the run is not trained yet, or its checkpoint is damaged.
    package func trainedRecommender(
        _ dataset: Dataset, _ split: Split, changed: ChangedInputs? = nil
    ) throws -> Recommender {
        try trained(dataset, split, changed: changed).recommender
    }

    /// The recommender with the parameters of the best epoch, and how far the run had come then.
    private func trained(
        _ dataset: Dataset, _ split: Split, changed: ChangedInputs? = nil
    ) throws -> (recommender: Recommender, state: TrainingState) {
        var state = try bestState()
        let random = SavedRandomState(of: try device)
        defer { random.restore() }
        let recommender = try recommender(dataset, split, changed: changed)
        // A training that runs at the same time may put a better epoch in the place of this one between the two files.
        while true {
            do { try run.best.load(into: recommender) } catch var error as UserError {
                if (try? run.best.check()) == nil {
                    error.remedy = "The checkpoint is damaged. Train the run again with the same settings: \(trainCommand)"
                }
                throw error
            }
            let now = try bestState()
            if now == state { return (recommender, state) }
            state = now
            try observer.stop.check()
        }
    }

    /// How far the run had come at its best epoch.
    private func bestState() throws -> TrainingState {
        guard configuration.train.model.method.isTrained else {
            throw UserError("\(configuration.train.model.method.rawValue) is not trained: it has no model", at: run.folder.path)
        }
        run.best.recover()
        guard run.best.exists else {
            let wasTrained = FileManager.default.fileExists(atPath: run.events.path)
            throw UserError(
                wasTrained ? "the checkpoint of its best epoch is gone" : "has no trained epoch yet", at: run.folder.path,
                remedy: "Train it\(wasTrained ? " again" : "") with the same settings: \(trainCommand)")
        }
        return try run.best.state()
    }

    /// The model of the best epoch with the vectors of the whole catalogue; made once for all stages of this pipeline.
    func rankedModel(_ dataset: Dataset, _ split: Split) throws -> KeptWork.RankedModel {
        try kept.ranked(at: bestState()) {
            let (recommender, state) = try trained(dataset, split)
            let vectors = try Evaluator(split, stop: observer.stop).itemVectors(recommender)
            return .init(state: state, recommender: recommender, itemVectors: vectors)
        }
    }

    /// The stores that the configured model reads.
    func stores(_ dataset: Dataset) throws -> PerModality<HiddenStateStore> {
        guard configuration.train.readsStores else { return [:] }
        return try configuration.readModalities.compactMapValues { modality, settings in
            try store(URL(filePath: settings.store), settings.encoderModality(of: modality), dataset)
        }
    }

    /// The store of a modality's states, for the items of a dataset.
    ///
    /// - Parameter modality: what its encoder read, text or image; nil for states of any kind.
    func store(_ folder: URL, _ modality: Modality?, _ dataset: Dataset) throws -> HiddenStateStore {
        let store = try openStore(folder, modality)
        try store.check(ids: dataset.items.lazy.map(\.id), hash: dataset.manifest.idsHash)
        return store
    }

    /// Where copies of stores are kept; nil where the settings ask for none.
    var localStores: LocalStores? {
        configuration.encode.cache.map { LocalStores(URL(filePath: $0.folder), limit: $0.limit.bytes) }
    }

    /// A store's copy on a disk of this machine's own, where the settings ask for one and there is room; else the store.
    ///
    /// - Parameter stop: what asks to stop, where it is not the observer's token.
    func near(_ store: HiddenStateStore, stop: StopToken? = nil) throws -> HiddenStateStore {
        guard let localStores else { return store }
        // What had no copy is read where it is for as long as this pipeline lives.
        let name = LocalStores.name(of: store)
        if let known = kept.near[name] { return known }
        let copy = try localStores.copy(
            of: store, keeping: kept.near.values.map(\.folder), onMessage: observer.onMessage, progress: observer.onProgress,
            stop: stop ?? observer.stop)
        kept.near[name] = copy ?? store
        return copy ?? store
    }

    /// Opens a store of a modality's states.
    ///
    /// - Throws: ``UserError`` when it is none, or one of the other modality, as where two settings were mixed up.
    func openStore(_ folder: URL, _ modality: Modality?) throws -> HiddenStateStore {
        let store = try HiddenStateStore.open(folder)
        let found = store.identity.modality
        if let modality, found != modality, [.text, .image].contains(found) {
            throw UserError(
                "\(folder.path) has the states of \(found == .text ? "titles" : "pictures")",
                at: "\(Configuration.place(of: modality)).store",
                remedy: "Name the store of \(modality == .text ? "titles" : "pictures").")
        }
        return store
    }

    /// What a store was encoded with where the configuration, which names the encoder, now says something else: training takes the store as
    /// it is.
    func differences(_ store: HiddenStateStore, from settings: ModalitySettings) -> [String] {
        guard !settings.encoder.isEmpty else { return [] }
        let (identity, encode) = (store.identity, configuration.encode)
        var found: [String] = []
        func compare(_ name: String, _ here: String?, _ there: String?) {
            if let here, let there, here != there { found.append("\(name) \(there) (here \(here))") }
        }
        compare("layers", settings.layers.map { "\($0)" }, "\(identity.layers)")
        compare("pooling", settings.pooling?.rawValue, identity.pooling.rawValue)
        compare("dtype", encode.dtype.rawValue, identity.dtype.rawValue)
        compare("precision", encode.precision.rawValue, identity.preprocessing["precision"])
        compare("maximum_tokens", "\(settings.maximumTokens)", identity.preprocessing["maximumTokens"])
        if identity.modality == .image {
            let (here, there) = (settings.frames != nil, identity.preprocessing["frames"] != nil)
            compare("states", here ? "of frames" : "of pictures", there ? "of frames" : "of pictures")
        }
        return found
    }

    /// Where the configured model gets a modality's states from.
    private func source(
        _ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset, _ changed: ChangedInputs?
    ) throws -> any StateSource {
        let train = configuration.train
        var layers = train.layers[modality]
        guard train.model.isLive else {
            let store = try store(
                changed?.stores[modality] ?? URL(filePath: settings.store), settings.encoderModality(of: modality), dataset)
            if train.model.readsLastStateOnly { layers = [(layers ?? store.layers).max() ?? 0] }
            return try StoredStates(near(store), layers: layers, on: try device)
        }
        let inputs = try liveInputs(modality, settings, dataset, changed)
        let autocast = train.training.precision.autocast(on: try device)
        if train.model.method.trainsEncoders {
            return try SettingsPlace(source: "train").naming {
                try TunedEncoder(
                    inputs, method: train.model.method, train.model.fineTuning, pooling: settings.pooling,
                    autocast: autocast, on: try device)
            }
        }
        layers = layers ?? settings.layers
        if train.model.readsLastStateOnly {
            layers = [(layers ?? EncodingOptions.usualLayers(depth: inputs.directory.family.depth)).max() ?? 0]
        }
        return try SettingsPlace(source: Configuration.layersPlace(of: modality)).naming {
            try LiveStates(
                inputs, layers: layers, pooling: settings.pooling, precision: configuration.encode.precision,
                passTokens: train.model.fineTuning.passTokens, on: try device)
        }
    }

    /// What is wrong where encoders run in every step and a modality's states come from elsewhere.
    static func hasNoEncoder(_ modality: Modality) -> UserError {
        UserError(
            "reads states that another program computed, and the encoders run in every step",
            at: Configuration.place(of: modality),
            remedy: "Leave it out of train.modality, or choose a method that reads stored states (train.cached: true).")
    }

    /// The titles or pictures for a live encoder; read once for all stages of this pipeline.
    private func liveInputs(
        _ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset, _ changed: ChangedInputs?
    ) throws -> LiveInputs {
        guard let kind = settings.encoderModality(of: modality) else { throw Self.hasNoEncoder(modality) }
        func read(_ items: [CatalogueItem]) throws -> LiveInputs {
            try LiveInputs(
                kind, of: items, with: encoderDirectory(settings.encoder), options: encodingOptions(settings),
                progress: observer.onProgress, stop: observer.stop)
        }
        if let changed { return try read(changed.items) }
        return try kept.inputs(modality) { try read(dataset.items.map(CatalogueItem.init)) }
    }

    /// What determines the inputs of a live encoder.
    func liveHashes(
        _ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset
    ) throws -> LiveInputs.Hashes {
        guard let kind = settings.encoderModality(of: modality) else { throw Self.hasNoEncoder(modality) }
        return try kept.hashes(modality) {
            try LiveInputs.hashes(
                kind, of: dataset.items.map(CatalogueItem.init),
                with: encoderDirectory(settings.encoder), options: encodingOptions(settings))
        }
    }
}
