/// What an encoder reads.
public enum EncoderInput: Sendable, Equatable {
    /// Token numbers (`int64` or `int32`) [items, tokens]: below `vocabulary`, at most `maximum` per item.
    case tokens(vocabulary: Int, maximum: Int)
    /// Normalised pixels (`float32`) [items, channels, size, size], which become `tokens` token states per item.
    case pixels(channels: Int, size: Int, tokens: Int)
}
