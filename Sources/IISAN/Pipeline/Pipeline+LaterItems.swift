import Catalogue
import Datasets
import Encoders
import Files
import Foundation
import HiddenStates
import Modeling
package import Serving
import Torch
import Training

extension Pipeline {
    /// What the run is called in answers: its folder, and the first digits of the hash of its best epoch's parameters.
    var servedName: String {
        let name = run.folder.lastPathComponent
        let sums = (try? ContentHash.of(file: run.best.sums)) ?? (try? ContentHash.of(file: run.best.model))
        return sums.map { "\(name)@\($0.prefix(8))" } ?? name
    }

    /// Where the vectors of items that come later are from.
    func laterItems(_ dataset: Dataset) -> ServedModel.LaterItems {
        let train = configuration.train
        let method = train.model.method
        let hasContent = train.scoreKinds.contains(.content)
        // Of an encoder that runs in every step there are no states; its network knows no other items.
        if !train.model.readsStores, !hasContent {
            return method.trainsEncoders || method.readsStates ? .unknown : .needTraining(method: train.model.name)
        }
        let unknown = !method.isTrained ? [] : !train.model.readsStores ? ["network"] : method.hasItemVectors ? ["id"] : []
        return .from(unknown: unknown) { try itemSide(dataset) }
    }

    /// How states become vectors, for the run's items and for those that come later.
    private func itemSide(_ dataset: Dataset) throws -> ItemSide {
        let train = configuration.train
        let stores = try stores(dataset)
        let whitening = train.scoreKinds.contains(.content) ? try run.keptScore()?.whitening ?? [:] : [:]
        var later = ItemSide.Later(
            shapes: stores.mapValues { ModalityShape(width: $0.width, layers: $0.layers) },
            encoders: try stores.compactMapValues(withTextSource),
            whitening: stores.compactMapValues { modality, _ in whitening[modality.name] })
        if stores.allSatisfy({ configuration.readModalities[$0.modality]?.source == .captions || $0.modality == .image }) {
            later.needs = stores.contains { $0.modality != .image } ? "a picture, whose caption is its text" : nil
        }
        guard train.model.method.isTrained, train.model.readsStores else { return ItemSide(catalogue: nil, later: later) }
        run.best.recover()
        try run.best.check()
        let (options, weights, device) = (train.model, try Weights(file: run.best.model), try device)
        later.towerLayers = stores.compactMapValues { modality, store in
            let layers = train.layers[modality] ?? store.layers
            return options.readsLastStateOnly ? [layers.max() ?? 0] : layers
        }
        later.tower = { try Recommender.itemTower(options, itemCount: nil, states: $0, weights, on: device) }
        let sources = try stores.compactMapValues { modality, store in
            try StoredStates(near(store), layers: later.towerLayers[modality], on: device) as any StateSource
        }
        let catalogue = try Recommender.itemTower(
            options, itemCount: dataset.items.count, states: sources, weights, on: device)
        return ItemSide(catalogue: catalogue, later: later)
    }

    /// What the states of a store are of: its encoder, and the texts that it read where these are captions.
    private func withTextSource(_ modality: Modality, _ store: HiddenStateStore) throws -> String {
        try store.identity.hash + (configuration.readModalities[modality].map { try textSource(of: $0, modality) } ?? "")
    }

    /// The encoders that the run names, to encode items that come later.
    ///
    /// - Throws: ``UserError`` where one is missing, or another than the run's states are from.
    package func itemEncoder() throws -> any ItemEncoding {
        let dataset = try dataset()
        let stores = try stores(dataset)
        let encoders = try stores.compactMapValues { modality, store in
            guard let settings = configuration.readModalities[modality], let kind = settings.encoderModality(of: modality),
                !settings.encoder.isEmpty
            else {
                throw UserError(
                    "has states that another program computed, so that new items cannot be encoded here",
                    at: Configuration.place(of: modality))
            }
            // As the store was made, whatever the settings say by now.
            let made = store.identity
            var options = try encodingOptions(settings)
            (options.damagedPictures, options.layers, options.storedType) = (.fail, made.layers, made.dtype)
            options.pooling = Pooling(rawValue: made.pooling.rawValue)
            options.precision = made.preprocessing["precision"].flatMap(EncodingOptions.Precision.init) ?? options.precision
            options.readsFrames = made.preprocessing["frames"] != nil
            options.maximumTokens = made.preprocessing["maximumTokens"].flatMap { Int($0) } ?? options.maximumTokens
            let encoder = try CatalogueEncoder(kind, of: [], with: encoderDirectory(settings.encoder), options: options)
            let differences = encoder.identity.differences(from: made)
            guard differences.isEmpty else {
                throw UserError(
                    "is another encoder than the run's states are from: \(differences.joined(separator: "; ")) (here, there)",
                    at: "\(Configuration.place(of: modality)).encoder", remedy: "Name the one that the store was made with.")
            }
            return encoder
        }
        let sources = configuration.readModalities.compactMapValues { modality, settings in
            settings.encoderModality(of: modality) == .text ? settings.source : nil
        }
        let captions = configuration.encode.captions
        let texts = try LaterTexts(sources, captions) { try laterCaptioner(captions!) }
        return RunItemEncoder(encoders, names: try stores.compactMapValues(withTextSource), texts)
    }
}

extension Pipeline {
    /// Asks a run about an item that it does not have, from its title and picture.
    ///
    /// - Parameters:
    ///   - model: the run, as ``served(newItems:)`` opens it.
    ///   - body: takes the id that the item has meanwhile: its title, or the name of its picture.
    /// - Throws: ``Refusal`` where the method has to be trained for it, and for a title or picture that cannot be used; ``UserError`` where
    ///   an encoder is missing; whatever `body` throws.
    package func with<Result>(
        title: String?, picture: String?, _ model: ServedModel, _ body: (_ id: String) throws -> Result
    ) throws -> Result {
        guard var id = title.flatMap({ $0.isEmpty ? nil : $0 }) ?? picture.map({ URL(filePath: $0).lastPathComponent }) else {
            throw Refusal(
                .unusableItem, UserError("the item's title is empty, and it has no picture", remedy: "Give it one of them."))
        }
        let snapshot = try model.snapshot()
        while snapshot.row(of: id) != nil { id += "'" }
        _ = try model.later()
        let encoder = try itemEncoder()
        let item = NewItem(id: id, title: title, picture: picture)
        let encoded = EncodedItem(item, states: try encoder.states(of: item), encoders: encoder.encoders)
        return try model.with([encoded]) { try body(id) }
    }
}

/// The encoders of a run, for one item at a time.
private final class RunItemEncoder: ItemEncoding {
    private let all: PerModality<CatalogueEncoder>
    private let texts: LaterTexts
    let encoders: PerModality<String>

    init(_ all: PerModality<CatalogueEncoder>, names: PerModality<String>, _ texts: LaterTexts) {
        (self.all, self.encoders, self.texts) = (all, names, texts)
    }

    func states(of item: NewItem) throws -> PerModality<[Float]> {
        let item = CatalogueItem(id: item.id, title: item.title, picture: item.picture.map { URL(filePath: $0) })
        do {
            let read = try texts.items(of: item)
            return try all.compactMapValues { try $1.states(of: read($0)) }
        } catch var error as UserError {
            // A catalogue's damaged pictures can be skipped; this one was given by hand.
            if let picture = item.picture, error.place == picture.path { error.remedy = "Give it another picture, or none." }
            throw error
        }
    }
}
