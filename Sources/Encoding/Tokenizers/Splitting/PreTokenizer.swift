/// The second step: normal text to words, none of which a token crosses.
struct PreTokenizer: Sendable {
    /// What is done to each part that the step before gave.
    enum Step: Sendable {
        /// White space parts words and goes; each punctuation character is a word: the BERT family's.
        case bert
        /// It is split at a pattern.
        case split(Splitter)
        /// Blanks become a character of their own, which is put before it.
        case metaspace(Metaspace)
        /// A blank is put before it, unless it begins with one.
        case prefixBlank
        /// Each of its bytes becomes a character.
        case byteCharacters
    }

    /// The steps. Without any, the whole text is one word.
    private(set) var steps: [Step]

    /// Whether it makes a difference if a part is the start of the whole text.
    var looksAtStart: Bool {
        steps.contains { step in
            if case .metaspace(let metaspace) = step { metaspace.prefix == .first } else { false }
        }
    }

    /// Takes the last step off if it makes characters of bytes, for a model that does this itself.
    ///
    /// - Returns: whether it was so.
    mutating func removeByteCharacters() -> Bool {
        guard case .byteCharacters? = steps.last else { return false }
        steps.removeLast()
        return true
    }

    /// Makes a pre-tokenizer directly.
    init(_ steps: [Step]) { self.steps = steps }

    /// Gives the words in order.
    ///
    /// - Parameters:
    ///   - isFirst: whether `text` begins where the whole text begins.
    ///   - body: is given a word's bytes and returns whether to go on.
    /// - Returns: false when `body` ended it.
    @inline(__always)
    func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, isFirst: Bool = true, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        text.isEmpty || forEachWord(in: text, isFirst, from: 0, body)
    }

    private func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, _ isFirst: Bool, from index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        guard index < steps.count else { return body(text) }
        switch steps[index] {
        case .bert:
            return BertSplitter.forEachWord(in: text) { word in
                forEachWord(in: word, isFirst && word.baseAddress == text.baseAddress, from: index + 1, body)
            }
        case .split(let splitter):
            return splitter.forEachPart(of: text) { range in
                forEachWord(in: text.slice(range), isFirst && range.lowerBound == 0, from: index + 1, body)
            }
        case .metaspace(let metaspace):
            return metaspace.replace(text, isFirst: isFirst).withUnsafeBufferPointer {
                forEachWord(in: $0, isFirst, from: index + 1, body)
            }
        case .prefixBlank:
            if text.first == 0x20 { return forEachWord(in: text, isFirst, from: index + 1, body) }
            return ([0x20] + Array(text)).withUnsafeBufferPointer { forEachWord(in: $0, isFirst, from: index + 1, body) }
        case .byteCharacters:
            return ByteCharacters.characters(of: text).withUnsafeBufferPointer {
                forEachWord(in: $0, isFirst, from: index + 1, body)
            }
        }
    }
}
