import Files

/// Unigram: the sequence of pieces whose scores have the largest sum.
struct Unigram: TokenModel {
    let vocabularySize: Int
    let texts: TokenTexts
    var tokenCount: Int { vocabularySize }
    private let pieces: ByteTrie
    private let scores: [Double]
    private let unknown: Int32
    private let unknownScore: Double
    /// The tokens of the 256 bytes, for what the vocabulary lacks; nil where they are not used or not all there.
    private let byteTokens: [Int32?]
    private let fallsBackToBytes: Bool
    /// Longer pieces are refused, as the time for a text grows with the longest piece.
    private static let longestPiece = 1024
    /// How much worse an unknown character is than the worst piece.
    private static let penalty = 10.0

    /// Makes a model.
    ///
    /// - Parameters:
    ///   - vocabulary: the pieces with the logarithms of their probabilities; a piece's number is its place.
    ///   - unknown: the number of the piece that stands for what no piece fits; nil: there is none, and the number is -1.
    ///   - place: the file, and the key in it, for errors.
    /// - Throws: ``UserError`` when `unknown` is none of the pieces, or they are too long or too many.
    init(vocabulary: [(piece: String, score: Double)], unknown: Int?, fallsBackToBytes: Bool = false, place: String) throws {
        guard unknown.map(vocabulary.indices.contains) ?? true else {
            throw UserError("the unknown piece has the number \(unknown!), but there are \(vocabulary.count) pieces", at: place)
        }
        guard vocabulary.count < Int32.max, vocabulary.reduce(0, { $0 + $1.piece.utf8.count }) < ByteTrie.mostBytes else {
            throw UserError("the vocabulary has more than \(ByteTrie.mostBytes >> 20) MB of text", at: place)
        }
        var pieces = ByteTrie()
        for (index, entry) in vocabulary.enumerated() {
            guard entry.piece.utf8.count <= Self.longestPiece else {
                throw UserError("the piece \(index) is longer than \(Self.longestPiece) bytes", at: place)
            }
            // Of two equal pieces the later one counts.
            _ = pieces.insert(entry.piece.utf8, value: Int32(index))
        }
        byteTokens = (0..<256).map { pieces.value(of: SymbolTable.byteToken(UInt8($0)).utf8) }
        self.pieces = pieces
        self.unknown = unknown.map { Int32($0) } ?? -1
        self.fallsBackToBytes = fallsBackToBytes
        scores = vocabulary.map(\.score)
        unknownScore = (scores.min() ?? 0) - Self.penalty
        vocabularySize = vocabulary.count
        texts = TokenTexts(vocabulary.enumerated().lazy.map { ($1.piece, Int32($0)) })
    }

    /// Makes the model that the entry `model` of a `tokenizer.json` describes.
    ///
    /// - Throws: ``UserError`` that names the key.
    init(_ entry: JSONEntry) throws {
        try self.init(
            vocabulary: Self.pieces(of: entry.required("vocab")),
            unknown: entry.optional("unk_id").map { Int(try $0.tokenIdentifier()) },
            fallsBackToBytes: entry.bool("byte_fallback", default: false), place: "\(entry.file): \"\(entry.path)\"")
    }

    /// The pieces with their scores of an entry `vocab`.
    static func pieces(of vocabulary: JSONEntry) throws -> [(piece: String, score: Double)] {
        guard case .array(let elements) = vocabulary.value else { throw vocabulary.error("is not an array") }
        return try elements.enumerated().map { index, element in
            guard case .array(let pair) = element, pair.count == 2, case .string(let piece) = pair[0],
                case .number(let score) = pair[1]
            else { throw try vocabulary.element(index).error("is not a piece and its score") }
            return (piece, score)
        }
    }

    func identifier(of token: String) -> Int32? { pieces.value(of: token.utf8) }

    /// The best way to a place of the word.
    private struct Way {
        /// The sum of the scores of its pieces.
        var score = 0.0
        /// Where its last piece starts; -1 as long as there is no way.
        var start = -1
        /// Its last piece.
        var piece: Int32 = 0
    }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32]) {
        var ways = Array(repeating: Way(), count: word.count + 1)
        var position = 0
        while position < word.count {
            let score = ways[position].score
            var next = position
            _ = word.scalar(at: &next)
            var hasSingle = false
            func offer(_ piece: Int32, _ pieceScore: Double, end: Int) {
                let sum = pieceScore + score
                if ways[end].start < 0 || sum > ways[end].score { ways[end] = Way(score: sum, start: position, piece: piece) }
            }
            pieces.forEachMatch(in: word, at: position) { piece, end in
                offer(piece, scores[Int(piece)], end: end)
                if end == next { hasSingle = true }
            }
            if !hasSingle { offer(unknown, unknownScore, end: next) }
            position = next
        }
        let first = tokens.count
        var end = word.count
        while end > 0 {
            let way = ways[end]
            var start = way.start
            if way.piece == unknown {
                while start > 0, ways[start].piece == unknown { start = ways[start].start }
                appendUnknown(word.slice(start..<end), to: &tokens)
            } else {
                tokens.append(way.piece)
            }
            end = start
        }
        tokens[first...].reverse()
    }

    /// Appends what stands for unknown characters side by side, the last first.
    private func appendUnknown(_ text: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32]) {
        if let piece = pieces.value(of: text) { return tokens.append(piece) }
        guard fallsBackToBytes, text.allSatisfy({ byteTokens[Int($0)] != nil }) else { return tokens.append(unknown) }
        for byte in text.reversed() { tokens.append(byteTokens[Int(byte)]!) }
    }
}
