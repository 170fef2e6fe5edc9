/// The second step: normal text to words, none of which a token crosses.
enum PreTokenizer: Sendable {
    /// White space parts words and goes; each punctuation character is a word: the BERT family's.
    case bert
    /// The whole text is one word.
    case none

    static let supported = ["BertPreTokenizer"]

    /// Makes the pre-tokenizer that an entry of a `tokenizer.json` describes.
    ///
    /// - Throws: ``UserError`` for a type that is not supported.
    init(_ entry: JSONEntry?) throws {
        switch try entry?.type() {
        case nil: self = .none
        case "BertPreTokenizer": self = .bert
        case let type?: throw entry!.unsupported(type, supported: Self.supported)
        }
    }

    /// Gives the words in order.
    ///
    /// - Parameter body: is given a word's bytes and returns whether to go on.
    /// - Returns: false when `body` ended it.
    @inline(__always)
    func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        switch self {
        case .none: return text.isEmpty || body(text)
        case .bert: return forEachBertWord(in: text, body)
        }
    }

    private enum Kind { case letter, space, punctuation }

    @inline(__always)
    private func kind(_ scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII {
            switch scalar.value {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return .letter
            case 0x09...0x0D, 0x20: return .space
            default: return scalar.isPunctuation ? .punctuation : .letter
            }
        }
        let kind = ScalarClass(scalar)
        if kind.contains(.space) { return .space }
        return kind.contains(.punctuation) ? .punctuation : .letter
    }

    @inline(__always)
    private func forEachBertWord(
        in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        var start = 0
        var position = 0
        while position < text.count {
            let before = position
            let kind = kind(text.scalar(at: &position))
            if kind == .letter { continue }
            if start < before, !body(text.slice(start..<before)) { return false }
            if kind == .punctuation, !body(text.slice(before..<position)) { return false }
            start = position
        }
        return start == text.count || body(text.slice(start..<text.count))
    }
}
