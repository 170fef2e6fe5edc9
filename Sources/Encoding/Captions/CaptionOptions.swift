public import Catalogue
public import Foundation
public import Generation
public import Torch

/// How captions are made.
public struct CaptionOptions: Sendable, Equatable {
    /// What is asked about each picture.
    public var prompt = "Describe the picture in one sentence."
    /// The form of the conversation around it; nil: that of the model's family.
    public var template: PromptTemplate?
    /// How the tokens of a caption are chosen.
    public var generation = GenerationOptions()
    /// Whether Idefics 3 and SmolVLM read a picture in tiles too, for several times the work. Models that always do are not changed.
    public var tiles = false
    /// A folder of videos' frames, `ITEM-1.jpg` and so on: an item that has some is captioned by them and not by its picture. nil: none.
    public var frames: URL?
    /// What is computed in.
    public var precision = EncodingOptions.Precision.float32
    /// What becomes of pictures that cannot be read.
    public var damagedPictures = EncodingOptions.DamagedPictures.skip
    /// Where captions are computed.
    public var device = Device.cpu
    /// Bytes of memory that may be used. nil: no limit.
    public var memory: Int?
    /// Threads that read pictures. nil: one per core that the model leaves, else all between its batches.
    public var threads: Int?
    /// The most pictures that are captioned at a time.
    public var batch = 16
    /// Whether captions of another model or other settings are replaced, instead of an error.
    public var startingAnew = false

    /// The usual options: greedy, one sentence of at most 40 tokens.
    public init() {}

    /// Pictures that are read together, and whose lines are written together: the batch, within bounds.
    var stepSize: Int { min(max(1, batch), Self.largestBatch) }

    /// More pictures at a time save nothing.
    package static let largestBatch = 4096
}
