/// Blanks before marks and English endings taken out of a text that was put together of words: "do n't ." becomes "don't.".
struct SpaceCleaning: Sendable {
    private let rules: [(old: [UInt8], new: [UInt8])]

    private init(_ rules: [(String, String)]) { self.rules = rules.map { (Array($0.utf8), Array($1.utf8)) } }

    private static let marks = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    ]
    private static let endings = [(" 's", "'s"), (" 've", "'ve"), (" 're", "'re")]

    /// What the decoder "WordPiece" does to each piece.
    static let words = SpaceCleaning(marks + [(" do not", " don't")] + endings)
    /// What `clean_up_tokenization_spaces` does to a whole text.
    static let text = SpaceCleaning(marks + endings)

    /// A text without those blanks; the rules follow each other.
    func clean(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0x20) else { return text }
        return rules.reduce(text) { $0.replacing($1.old, with: $1.new) }
    }
}
