import Tokenizers

/// Writes SentencePiece models.
enum TinyModelFile {
    /// A piece: its text, its score and what it is for (1 normal, 2 unknown, 3 control, 4 user defined, 6 byte).
    typealias Piece = (text: String, score: Float, kind: UInt64)

    static func bytes(
        _ pieces: [Piece], algorithm: UInt64, unknown: UInt64 = 0, bytes fallsBack: Bool = false, addsPrefix: Bool = true,
        removesExtraBlanks: Bool = true, map: [UInt8] = []
    ) -> [UInt8] {
        let written = pieces.map { piece in
            message(1, message(1, Array(piece.text.utf8)) + fixed(2, piece.score.bitPattern) + integer(3, piece.kind))
        }
        let training = integer(3, algorithm) + integer(35, fallsBack ? 1 : 0) + integer(40, unknown)
        let normalization =
            message(1, Array("own".utf8)) + message(2, map) + integer(3, addsPrefix ? 1 : 0)
            + integer(4, removesExtraBlanks ? 1 : 0)
        return written.flatMap { $0 } + message(2, training) + message(3, normalization)
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }

    private static func integer(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

    private static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    private static func fixed(_ field: UInt64, _ bits: UInt32) -> [UInt8] {
        varint(field << 3 | 5) + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
}
