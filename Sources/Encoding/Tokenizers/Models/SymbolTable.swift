import Files

/// What BPE begins with: the token of each character of a word.
struct SymbolTable: Sendable {
    private let options: BytePairs.Options
    private let pieces: TokenTable
    private let unknown: Int32?
    /// The tokens of the 256 bytes; -1 for those that are none.
    private let byteTokens: [Int32]
    /// The token of each byte, by its place in the word: inside, at the start, at the end, alone. -1 where there is none.
    private let plain: [[Int32]]
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// Makes the table of a vocabulary; at byte level `pieces` are the bytes that its tokens stand for.
    init(_ vocabulary: TokenTable, _ pieces: TokenTable, _ options: BytePairs.Options, place: String) throws {
        self.options = options
        self.pieces = pieces
        unknown = try options.unknownToken.map { token in
            guard let identifier = vocabulary.value(of: token) else {
                throw UserError(
                    "the vocabulary has no token \"\(token)\", which stands for unknown characters", at: place,
                    remedy: "Give the vocabulary that belongs to the encoder.")
            }
            return identifier
        }
        byteTokens = (0..<256).map { vocabulary.value(of: Self.byteToken(UInt8($0))) ?? -1 }
        let prefix = Array(options.prefix.utf8)
        let suffix = Array(options.suffix.utf8)
        plain = (0..<4).map { place in
            (0..<256).map { byte in
                // Without the byte level, only ASCII characters are one byte.
                guard options.isByteLevel || byte < 0x80 else { return -1 }
                let text = (place & 1 == 0 ? prefix : []) + [UInt8(byte)] + (place & 2 != 0 ? suffix : [])
                return text.withUnsafeBufferPointer(pieces.value) ?? -1
            }
        }
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The text of a byte's own token.
    static func byteToken(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
    }

    /// Appends the tokens of a word's characters.
    func append(_ word: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32]) {
        var hasUnknown = false
        var position = 0
        while position < word.count {
            let start = position
            let byte = word[position]
            position += options.isByteLevel || byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let place = (start == 0 ? 1 : 0) | (position == word.count ? 2 : 0)
            var token = plain[place][Int(byte)]
            if token < 0, position - start > 1 { token = longToken(word.slice(start..<position), place) }
            if token >= 0 {
                if hasUnknown, let unknown { tokens.append(unknown) }
                hasUnknown = false
                tokens.append(token)
            } else if options.fallsBackToBytes, appendBytes(word.slice(start..<position), place, to: &tokens) {
                // As in the package `tokenizers`, an unknown character before comes after these.
                continue
            } else {
                if hasUnknown, !options.fusesUnknown, let unknown { tokens.append(unknown) }
                hasUnknown = true
            }
        }
        if hasUnknown, let unknown { tokens.append(unknown) }
    }

    /// The token of a character of several bytes; -1 where there is none.
    private func longToken(_ character: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int32 {
        if prefix.isEmpty && suffix.isEmpty { return pieces.value(of: character) ?? -1 }
        return whole(character, place).withUnsafeBufferPointer(pieces.value) ?? -1
    }

    private func whole(_ character: UnsafeBufferPointer<UInt8>, _ place: Int) -> [UInt8] {
        (place & 1 == 0 ? prefix : []) + Array(character) + (place & 2 != 0 ? suffix : [])
    }

    private func appendBytes(_ character: UnsafeBufferPointer<UInt8>, _ place: Int, to tokens: inout [Int32]) -> Bool {
        let bytes = whole(character, place)
        guard bytes.allSatisfy({ byteTokens[Int($0)] >= 0 }) else { return false }
        for byte in bytes { tokens.append(byteTokens[Int(byte)]) }
        return true
    }
}
