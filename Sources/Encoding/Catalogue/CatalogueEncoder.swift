package import Encoders
public import Files
public import Foundation
package import HiddenStates
import Torch

/// Runs a frozen encoder over the titles or the pictures of a catalogue and keeps the hidden states in a store.
///
/// ```swift
/// let encoder = try CatalogueEncoder(.text, of: dataset.items.map(CatalogueItem.init), with: directory)
/// print(encoder.plan())
/// let result = try encoder.encode(into: folder)
/// ```
///
/// Not `Sendable`: it holds tensors. Encoding blocks; run it outside the cooperative pool.
public final class CatalogueEncoder {
    /// The directory of the frozen encoder.
    package let directory: EncoderDirectory
    /// The frozen encoder with the blocks up to the last layer kept; nil where it is read block by block.
    package var encoder: PretrainedEncoder? { if case .whole(let encoder) = weights { encoder } else { nil } }
    /// Everything that determines the numbers of the store.
    package let identity: StoreIdentity
    /// The items in store order.
    package let items: [CatalogueItem]

    let options: EncodingOptions
    var threads: InputThreads
    let pooling: Pooling
    let input: any CatalogueInput
    /// What the encoder's parts hold, up to the last layer kept.
    let parts: EncoderPlan
    let weights: EncoderWeights

    /// How an encoder is in memory.
    enum EncoderWeights {
        /// With all blocks up to the last layer kept.
        case whole(PretrainedEncoder)
        /// Block by block.
        case blocks(BlockReader)
        /// Not at all: nothing is computed.
        case notLoaded
    }

    /// Loads the encoder, and its tokenizer or picture processor.
    ///
    /// - Parameters:
    ///   - modality: what is encoded of the items; the encoder has to be of this kind.
    ///   - items: all items of the catalogue, in the dataset's order.
    ///   - directory: a Hugging Face model directory: `config.json`, weights as safetensors, and for texts a tokenizer's files, for
    ///     pictures `preprocessor_config.json` or `processor_config.json` (a timm repository's `config.json` says the same).
    ///   - options: layers, precision, batches.
    /// - Throws: ``UserError`` for a file that is missing, damaged or does not fit, and an option that the encoder cannot keep.
    public convenience init(
        _ modality: Modality, of items: [CatalogueItem], with directory: URL,
        options: EncodingOptions = EncodingOptions()
    ) throws {
        try self.init(modality, of: items, with: directory, options: options, loading: true)
    }

    /// Reads what an encoder computes from, and loads its weights only where they are needed.
    ///
    /// - Parameter loading: false where nothing is encoded: the identity is there, and ``merge(partsOf:into:progress:stop:)`` can be called.
    /// - Throws: ``UserError`` as ``init(_:of:with:options:)`` does.
    package init(
        _ modality: Modality, of items: [CatalogueItem], with directory: URL, options: EncodingOptions, loading: Bool
    ) throws {
        let encoder = try EncoderDirectory(directory, for: modality)
        let family = encoder.family
        let layers = options.layers ?? EncodingOptions.usualLayers(depth: family.depth)
        guard !layers.isEmpty, Set(layers).count == layers.count, layers.allSatisfy({ (0...family.depth).contains($0) }) else {
            throw UserError(
                "the layers \(layers) are not different numbers from 0 to \(family.depth)", at: directory.path,
                remedy: "The encoder has the hidden states 0 to \(family.depth): choose among them.")
        }
        guard options.batchTokens > 0 else {
            throw UserError("a batch of \(options.batchTokens) tokens", remedy: "Set the tokens of a batch to at least 1.")
        }
        let dtype = options.precision.dtype
        parts = try EncoderPlan(encoder, through: layers.max(), dtype: dtype)
        var options = options
        let isWhole = try loading && Self.weightsAreWhole(parts, encoder, layers: layers.count, items: items.count, &options)
        self.items = items
        self.options = options
        threads = InputThreads(options.threads, device: options.device)
        pooling = options.pooling ?? family.pooling
        guard family.input.modality == modality else {
            throw UserError(
                "the encoder reads \(family.input.modality.plural), and \(modality.itemPart)s are to be encoded",
                at: directory.path, remedy: "Give an encoder of \(modality.itemPart)s.")
        }
        switch family.input {
        case .tokens(let vocabulary, let maximum):
            input = try TitleInput(
                directory, vocabulary: vocabulary, maximum: maximum, options: options, threads: threads.count)
        case .pixels(let grid):
            input = try PictureInput(encoder, grid: grid, items: items, options: options, threads: threads.count)
        }
        self.directory = encoder
        let hash = try encoder.contentHash()
        identity = StoreIdentity(
            encoder: StoreIdentity.Encoder(
                family: encoder.modelType, name: encoder.name, weightsHash: hash, tokenizerHash: input.tokenizerHash),
            preprocessing: input.preprocessing.merging(["precision": options.precision.rawValue]) { one, _ in one },
            modality: modality, pooling: pooling.stored, layers: layers, width: family.width, dtype: options.storedType)
        guard loading else {
            weights = .notLoaded
            return
        }
        weights =
            isWhole
            ? .whole(try PretrainedEncoder(encoder, hash: hash, through: layers.max(), on: options.device, dtype: dtype))
            : .blocks(BlockReader(encoder, parts, dtype: dtype, on: options.device))
    }
}

extension Modality {
    /// What an encoder of it is given of an item, in a sentence.
    package var itemPart: String { self == .text ? "title" : "picture" }
}

extension Pooling {
    /// The same in a store's manifest.
    var stored: StoreIdentity.Pooling {
        switch self {
        case .first: .first
        case .mean: .mean
        case .last: .last
        }
    }
}
