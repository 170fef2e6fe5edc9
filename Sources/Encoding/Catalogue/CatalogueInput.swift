public import Datasets
import Encoders
package import Files
public import Foundation
import HiddenStates
package import Pictures
package import Torch

/// One modality of a catalogue: how its items become batches for an encoder.
protocol CatalogueInput: Sendable {
    /// What is encoded.
    var modality: Modality { get }
    /// SHA-256 of the tokenizer; nil for pictures.
    var tokenizerHash: String? { get }
    /// The settings that determine the inputs, for the store's identity.
    var preprocessing: [String: String] { get }
    /// How many batches are made ahead of the encoder.
    var batchesAhead: Int { get }
    /// Bytes of one batch of inputs.
    var batchBytes: Int { get }
    /// The most tokens of an item.
    var tokensPerItem: Int { get }

    /// How many tokens some items have together, estimated.
    func expectedTokens(of items: [CatalogueItem]) -> Int

    /// How many inputs an item has: its states are the mean of theirs.
    func inputCount(of item: CatalogueItem) -> Int

    /// SHA-256 of what would be encoded of an item; empty where there is nothing.
    ///
    /// - Throws: ``UserError`` when that cannot be read and may not be skipped.
    func contentHash(of item: CatalogueItem) throws -> String

    /// The batches of the items of a shard; each call of the result gives the next, nil after the last.
    ///
    /// Items that are in no batch have nothing to encode. An item's inputs follow one another, in their order.
    func batches(of items: [CatalogueItem]) throws -> () throws -> InputBatch?
}

/// An item with what can be encoded of it.
public struct CatalogueItem: Sendable, Equatable {
    /// The dataset's item id, unique in the catalogue.
    package var id: String
    /// The title; nil or blank where there is none.
    package var title: String?
    /// The file of the picture; nil where there is none.
    package var picture: URL?
    /// The frames of its video, in their order, which come before the picture; empty where there are none.
    package var frames: [URL] = []

    /// Makes an item.
    public init(id: String, title: String? = nil, picture: URL? = nil) {
        self.id = id
        self.title = title
        self.picture = picture
    }

    /// What an encoder of pictures reads: the frames, else the picture.
    package var pictures: [URL] { frames.isEmpty ? picture.map { [$0] } ?? [] : frames }

    /// Whether it has something that an encoder of texts or of pictures reads.
    package func has(_ modality: Modality) -> Bool {
        modality == .text ? title?.contains { !$0.isWhitespace } == true : !pictures.isEmpty
    }

    /// The item with its frames of a folder of frames; without a folder as it is.
    package func with(_ folder: VideoFrames?) -> CatalogueItem {
        var item = self
        item.frames = folder?.files(of: id) ?? frames
        return item
    }

    /// SHA-256 of the files of its pictures: of one picture that of its file, of several that of theirs in their order; empty where there
    /// is none.
    ///
    /// - Throws: ``UserError`` for a file that cannot be read.
    package func pictureHash() throws -> String {
        let hashes = try pictures.map { try ContentHash.of(file: $0) }
        return hashes.count > 1 ? ContentHash.of(texts: hashes) : hashes.first ?? ""
    }

    /// The item of a dataset.
    public init(_ item: Item) { self.init(id: item.id, title: item.title, picture: item.picture) }
}

/// Inputs of some items of a shard, made off the encoder's thread.
struct InputBatch: Sendable {
    /// What the encoder reads.
    enum Values: Sendable {
        /// Token numbers [items, length].
        case tokens([Int32], length: Int)
        /// The first items of a buffer of pixels [items, 3, size, size].
        case pixels(PixelBuffer)
        /// Nothing of this shard is left to encode.
        case endOfShard
    }

    /// What the encoder reads.
    let values: Values
    /// The item of each input, as places in the shard's list of items to encode.
    var rows: [Int] = []
    /// Items whose input equals that of a row of this batch: they get its states.
    var copies: [(from: Int, to: Int)] = []
    /// Pictures that could not be read, as places in the shard's list, with the reason.
    var damaged: [(row: Int, problem: String)] = []
    /// How many items have no input in a later batch, for the progress.
    var done = 0

    /// The input as a tensor on a device; nil when there is none.
    func tensor(on device: Device) -> Tensor? {
        if rows.isEmpty { return nil }
        switch values {
        case .tokens(let tokens, let length): return Tensor(tokens, shape: [rows.count, length]).to(device)
        case .pixels(let buffer): return buffer.tensor(items: rows.count).to(device)
        case .endOfShard: return nil
        }
    }
}

/// The batches of all pending shards one after the other, with a mark at the end of each shard.
final class InputStream: @unchecked Sendable {
    // Only the one thread that makes the batches uses the mutable state.
    private let input: any CatalogueInput
    private let items: [CatalogueItem]
    private var shards: ArraySlice<HiddenStateStoreWriter.PendingShard>
    private var current: (() throws -> InputBatch?)?

    /// Starts with the first of the shards.
    init(_ input: any CatalogueInput, items: [CatalogueItem], shards: [HiddenStateStoreWriter.PendingShard]) {
        self.input = input
        self.items = items
        self.shards = shards[...]
    }

    /// The next batch; nil after the last shard's end.
    func next() throws -> InputBatch? {
        if current == nil {
            guard let shard = shards.popFirst() else { return nil }
            current = try input.batches(of: shard.missing.map { items[$0] })
        }
        if let batch = try current?() { return batch }
        current = nil
        return InputBatch(values: .endOfShard)
    }
}

/// Which threads make the inputs of an encoder, and when.
package struct InputThreads: Sendable, Equatable {
    /// How many tokenize and decode.
    package let count: Int
    /// Whether they do so beside the encoder, or between its batches.
    package let areBeside: Bool

    /// Makes a choice.
    init(_ count: Int, areBeside: Bool) {
        self.count = count
        self.areBeside = areBeside
    }

    /// Beside an encoder on a GPU, or on a processor that it does not use whole. Else between the batches, on all cores: threads that
    /// compete with those of an operation stall all of them at its end.
    ///
    /// - Parameters:
    ///   - count: how many threads, where the user says so; nil: those of the cores that the encoder leaves.
    ///   - encoderThreads: how many threads an operation of the encoder uses.
    package init(
        _ count: Int?, device: Device, encoderThreads: Int = LibTorch.threads,
        cores: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        let free = device.kind == .cpu ? cores - encoderThreads : cores
        areBeside = free > 0
        self.count = max(1, count ?? (areBeside ? free : cores))
    }
}
