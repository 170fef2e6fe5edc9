import Files

/// What a SentencePiece model's file says: the pieces, and how text is brought into their form.
struct SentencePieceModel {
    /// How pieces are found.
    enum Algorithm: UInt64 {
        case unigram = 1
        case pairs = 2
    }

    /// A piece of the vocabulary.
    struct Piece {
        /// What a piece is for.
        enum Kind: UInt64 {
            case normal = 1
            case unknown = 2
            /// It stands for no text, like the start of one.
            case control = 3
            /// It is found in the text before all else.
            case userDefined = 4
            case unused = 5
            case byte = 6
        }

        var text = ""
        var score: Float = 0
        var kind = Kind.normal
    }

    /// The pieces; a piece's number is its place.
    private(set) var pieces: [Piece] = []
    private(set) var algorithm = Algorithm.unigram
    /// Whether a character that no piece holds becomes its bytes.
    private(set) var fallsBackToBytes = false
    private(set) var unknown = 0
    /// Whether it has tokens of its own for what it does not know, the start and the end.
    private(set) var hasUnknown = true
    private(set) var hasFirst = true
    private(set) var hasLast = true
    private(set) var unknownPiece = "<unk>"
    private(set) var firstPiece = "<s>"
    private(set) var lastPiece = "</s>"
    /// What characters become; empty when they stay.
    private(set) var characterMap: [UInt8] = []
    /// Whether a blank is put before the text.
    private(set) var addsPrefix = true
    /// Whether blanks at the ends, and all but one in a row, go.
    private(set) var removesExtraBlanks = true

    /// Reads a model.
    ///
    /// - Throws: ``UserError`` when it is damaged, or of an algorithm that is not supported.
    init(_ bytes: UnsafeRawBufferPointer, file: String) throws {
        try Self.refuseOthers(bytes, file)
        var reader = ProtobufReader(bytes, file: file)
        while let field = try reader.next() {
            guard case .bytes(let range) = field.value else { continue }
            let message = ProtobufReader(bytes, range, file: file)
            switch field.number {
            case 1: pieces.append(try Self.piece(message))
            case 2: try readTraining(message)
            case 3: try readNormalization(message, bytes)
            default: break
            }
        }
        guard !pieces.isEmpty else { throw reader.error("it has no pieces") }
        guard pieces.indices.contains(unknown) else {
            throw reader.error("the unknown piece has the number \(unknown), but there are \(pieces.count) pieces")
        }
    }

    /// Names two other kinds of file that lie under a model's name: Llama 3's first form, and what stands for a file in a copy of a
    /// repository without its large files.
    private static func refuseOthers(_ bytes: UnsafeRawBufferPointer, _ file: String) throws {
        try LargeFilePointer.check(bytes, at: file)
        let line = bytes.prefix(4096).prefix { $0 != 0x0A }
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[1].allSatisfy({ (0x30...0x39).contains($0) }),
            parts[0].allSatisfy({
                Character(Unicode.Scalar($0)).isASCII && (Character(Unicode.Scalar($0)).isLetter || (0x2B...0x3D).contains($0))
            })
        else { return }
        throw UserError(
            "a tiktoken file (a token and its rank a line), not a SentencePiece model; such files are not read", at: file,
            remedy: TokenizerFolder.conversion)
    }

    private static func piece(_ message: ProtobufReader) throws -> Piece {
        var message = message
        var piece = Piece()
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)): piece.text = try message.text(range)
            case (2, .fixed32(let bits)):
                piece.score = Float(bitPattern: bits)
                guard piece.score.isFinite else { throw message.error("the score of \"\(piece.text)\" is not a number") }
            case (3, .integer(let number)):
                guard let kind = Piece.Kind(rawValue: number) else {
                    throw message.error("the piece \"\(piece.text)\" is of the unknown kind \(number)")
                }
                piece.kind = kind
            default: break
            }
        }
        return piece
    }

    private mutating func readTraining(_ message: ProtobufReader) throws {
        var message = message
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (3, .integer(let number)):
                guard let algorithm = Algorithm(rawValue: number) else {
                    throw message.error("its algorithm is number \(number), and only Unigram (1) and BPE (2) are supported")
                }
                self.algorithm = algorithm
            case (35, .integer(let number)): fallsBackToBytes = number != 0
            case (40, .integer(let number)):
                unknown = Int(clamping: number)
                hasUnknown = Int64(bitPattern: number) >= 0
            case (41, .integer(let number)): hasFirst = Int64(bitPattern: number) >= 0
            case (42, .integer(let number)): hasLast = Int64(bitPattern: number) >= 0
            case (45, .bytes(let range)): unknownPiece = try message.text(range)
            case (46, .bytes(let range)): firstPiece = try message.text(range)
            case (47, .bytes(let range)): lastPiece = try message.text(range)
            default: break
            }
        }
    }

    private mutating func readNormalization(_ message: ProtobufReader, _ bytes: UnsafeRawBufferPointer) throws {
        var message = message
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (2, .bytes(let range)): characterMap = Array(bytes[range])
            case (3, .integer(let number)): addsPrefix = number != 0
            case (4, .integer(let number)): removesExtraBlanks = number != 0
            case (5, .integer(let number)):
                guard number != 0 else { throw message.error("it keeps blanks as they are, which is not supported") }
            default: break
            }
        }
    }
}
