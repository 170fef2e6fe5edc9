/// White space parts words and goes; each punctuation character is a word: the BERT family's.
enum BertSplitter {
    private enum Kind { case letter, space, punctuation }

    @inline(__always)
    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
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

    /// Gives the words in order.
    ///
    /// - Parameter body: is given a word's bytes and returns whether to go on.
    /// - Returns: false when `body` ended it.
    @inline(__always)
    static func forEachWord(
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
