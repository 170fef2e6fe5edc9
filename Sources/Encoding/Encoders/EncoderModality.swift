/// What kind of thing an encoder reads.
public enum EncoderModality: String, Sendable, CaseIterable {
    /// Texts, as token numbers.
    case text
    /// Pictures, as pixels.
    case image

    /// The things, in a sentence.
    var plural: String { self == .text ? "texts" : "pictures" }
}
