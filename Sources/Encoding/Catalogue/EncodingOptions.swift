public import Encoders
package import Foundation
public import HiddenStates
public import Torch

/// How a catalogue is encoded.
public struct EncodingOptions: Sendable {
    /// What the encoder computes in.
    public enum Precision: String, Sendable, CaseIterable {
        /// Single precision, the reference.
        case float32
        /// Weights and states in bfloat16: several times faster where the processor or GPU has units for it.
        case bfloat16

        package var dtype: ElementType { self == .float32 ? .float32 : .bfloat16 }
    }

    /// What becomes of a picture that is damaged, cut off, of an unknown format, or not there.
    public enum DamagedPictures: String, Sendable, CaseIterable {
        /// The item counts as one without a picture, and the file is named in the result.
        case skip
        /// Encoding ends with an error that names the file.
        case fail
    }

    /// The hidden states to keep, in the order stored. nil: ``usualLayers(depth:)``.
    public var layers: [Int]?
    /// How token states become one vector. nil: as is usual for the encoder's family.
    public var pooling: Pooling?
    /// What the encoder computes in.
    public var precision = Precision.float32
    /// What the states are stored in.
    public var storedType = StateType.float16
    /// The most tokens of a title, special tokens included.
    public var maximumTokens = 30
    /// The most token states in a batch; a picture of 224 pixels in patches of 16 has 197. At least one item makes a batch.
    public var batchTokens = 2048
    /// What becomes of damaged pictures.
    public var damagedPictures = DamagedPictures.skip
    /// Whether items may have frames of videos: the states of such an item are the means of its frames' states.
    package var readsFrames = false
    /// Bytes of memory that may be used. An encoder whose weights take more than half of it is read block by block. nil: no limit.
    public var memory: Int?
    /// Bytes of token states that may be on the disk at a time when an encoder is read block by block.
    package var spillLimit = 64 << 30
    /// Where the encoder runs.
    public var device = Device.cpu
    /// Threads for tokenizing and decoding. nil: one per core that the encoder leaves, else all between its batches.
    public var threads: Int?
    /// Items per shard of the store. nil: as many as fill 64 MB.
    public var shardItems: Int?
    /// Whether a store or an interrupted build of another encoder is replaced, instead of an error.
    public var startingAnew = false

    /// The usual options.
    public init() {}

    /// The hidden states that are kept when nothing else is said: 7 spread evenly over the encoder, the first and the last among
    /// them; all where the encoder has no more. 0, 2, 4, ..., 12 for 12 blocks.
    package static func usualLayers(depth: Int) -> [Int] {
        let count = min(7, depth + 1)
        return (0..<count).map { ($0 * depth + (count - 1) / 2) / max(1, count - 1) }
    }
}

/// What encoding a catalogue has done.
public struct EncodingResult: Sendable {
    /// A picture that could not be read; its item counts as one without a picture.
    public struct SkippedPicture: Sendable, Equatable {
        /// The item's id.
        package var item: String
        /// The file.
        package var file: URL
        /// What is wrong with it.
        package var problem: String
    }

    /// The finished store.
    public var store: HiddenStateStore
    /// How many items the encoder has computed now.
    package var encoded: Int
    /// How many items had their row already.
    package var reused: Int
    /// How many items of the store have no title or picture, skipped pictures among them.
    package var missing: Int
    /// All pictures of the catalogue that could not be read, in the items' order, also those found by an earlier run.
    public var skipped: [SkippedPicture]
    /// Seconds from the first batch to the finished store.
    package var seconds: Double
}
