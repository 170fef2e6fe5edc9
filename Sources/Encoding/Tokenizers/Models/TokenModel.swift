/// The third step: a word to tokens of the vocabulary.
protocol TokenModel: Sendable {
    /// Appends the numbers of a word's tokens. The word is UTF-8 and not empty.
    func tokenize(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32])

    /// The number of the token with this text; nil when the vocabulary has none.
    func identifier(of token: String) -> Int32?

    /// How many tokens there are.
    var tokenCount: Int { get }

    /// One more than the largest number of a token.
    var vocabularySize: Int { get }
}
