/// What an encoder reads.
public enum EncoderInput: Sendable, Equatable {
    /// Token numbers (`int64` or `int32`) [items, tokens]: below `vocabulary`, at most `maximum` per item.
    case tokens(vocabulary: Int, maximum: Int)
    /// Normalised pixels (`float32`) [items, 3, height, width].
    case pixels(PatchGrid)

    /// What kind of thing is read.
    public var modality: EncoderModality {
        switch self {
        case .tokens: .text
        case .pixels: .image
        }
    }
}
