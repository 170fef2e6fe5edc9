import Foundation
import HiddenStates

/// What encoding a catalogue has done.
public struct EncodingResult: Sendable {
    /// A picture that could not be read; its item counts as one without a picture.
    public struct SkippedPicture: Sendable, Equatable {
        /// The item's id.
        public var item: String
        /// The file.
        public var file: URL
        /// What is wrong with it.
        public var problem: String
    }

    /// The finished store.
    public var store: HiddenStateStore
    /// How many items the encoder has computed now.
    public var encoded: Int
    /// How many items had their row already.
    public var reused: Int
    /// How many items of the store have no title or picture, skipped pictures among them.
    public var missing: Int
    /// All pictures of the catalogue that could not be read, in the items' order, also those found by an earlier run.
    public var skipped: [SkippedPicture]
    /// Seconds from the first batch to the finished store.
    public var seconds: Double
}
