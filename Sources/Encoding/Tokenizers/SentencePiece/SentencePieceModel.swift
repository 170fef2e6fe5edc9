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
            case (40, .integer(let number)): unknown = Int(clamping: number)
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
