import Files

/// A token that is found in the text before it is cut into words, such as "[MASK]".
struct AddedToken: Sendable {
    /// Its text.
    var content: String
    /// Its number.
    var identifier: Int32
    /// Whether it only counts where no word character touches it.
    var singleWord = false
    /// Whether it takes the white space before it.
    var takesSpaceBefore = false
    /// Whether it takes the white space after it.
    var takesSpaceAfter = false
    /// Whether it is looked for in the normal form of the text, in place of the text as given.
    var normalized = false

    /// Whether it stands for something other than its text, as the start of one.
    var isSpecial = false {
        didSet { isLeftOutOfText = isLeftOutOfText || isSpecial }
    }

    /// Whether it is left out of a text that is made of tokens. One that was special once stays so, whatever is set later.
    var isLeftOutOfText = false

    /// Whether it is cut like other text where it is found.
    var isLeftInText = false

    /// Makes a token.
    init(content: String, identifier: Int32) {
        self.content = content
        self.identifier = identifier
    }

    /// Reads an element of `added_tokens` of a `tokenizer.json`, or a value of `added_tokens_decoder`.
    ///
    /// - Parameter identifier: its number, where the entry does not hold it.
    init(_ entry: JSONEntry, identifier: Int32? = nil) throws {
        content = try entry.required("content").string()
        self.identifier = try identifier ?? entry.required("id").tokenIdentifier()
        singleWord = try entry.bool("single_word", default: false)
        takesSpaceBefore = try entry.bool("lstrip", default: false)
        takesSpaceAfter = try entry.bool("rstrip", default: false)
        isSpecial = try entry.bool("special", default: false)
        isLeftOutOfText = isSpecial
        normalized = try entry.bool("normalized", default: !isSpecial)
    }
}

/// Finds added tokens in a text, from the left, the longest first.
struct AddedTokens: Sendable {
    private var tokens: [AddedToken] = []
    private var contents = ByteTrie()
    private var canStart = Array(repeating: false, count: 256)

    /// Makes a finder.
    ///
    /// - Parameter form: the form of a token's text in which it is looked for.
    /// - Throws: ``UserError`` when the tokens have too much text.
    init(_ added: [AddedToken], form: (AddedToken) -> [UInt8]) throws {
        var bytes = 0
        for token in added {
            let content = form(token)
            bytes += content.count
            guard bytes < ByteTrie.mostBytes else {
                throw UserError("the added tokens have more than \(ByteTrie.mostBytes >> 20) MB of text")
            }
            guard let first = content.first else { continue }
            canStart[Int(first)] = true
            _ = contents.insert(content, value: Int32(tokens.count))
            tokens.append(token)
        }
    }

    /// Gives the text's parts in order: those between added tokens, and the added tokens' numbers.
    ///
    /// - Parameter body: is given a part, and the number when the part is an added token; returns whether to continue.
    @inline(__always)
    func forEachPart(
        of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>, Int32?) -> Bool
    ) -> Bool {
        var done = 0
        var position = 0
        while !tokens.isEmpty, let match = nextMatch(in: text, from: &position) {
            let token = tokens[match.token]
            guard !token.isLeftInText, !token.singleWord || standsAlone(match.range, in: text) else { continue }
            var start = match.range.lowerBound
            var end = match.range.upperBound
            if token.takesSpaceBefore { start = max(done, spaceStart(in: text, before: start)) }
            if token.takesSpaceAfter { end = spaceEnd(in: text, after: end) }
            if done < start, !body(text.slice(done..<start), nil) { return false }
            if !body(text.slice(start..<end), token.identifier) { return false }
            done = end
        }
        return done >= text.count || body(text.slice(done..<text.count), nil)
    }

    private func nextMatch(
        in text: UnsafeBufferPointer<UInt8>, from position: inout Int
    ) -> (range: Range<Int>, token: Int)? {
        while position < text.count {
            let start = position
            position += 1
            guard canStart[Int(text[start])], let match = contents.longestMatch(in: text, at: start) else { continue }
            position = match.end
            return (start..<match.end, Int(match.value))
        }
        return nil
    }

    private func standsAlone(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if range.lowerBound > 0, text.scalar(before: range.lowerBound).isWordCharacter { return false }
        var end = range.upperBound
        return end == text.count || !text.scalar(at: &end).isWordCharacter
    }

    private func spaceStart(in text: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
        var start = end
        while start > 0 {
            let scalar = text.scalar(before: start)
            guard scalar.properties.isWhitespace else { break }
            start -= UTF8.width(scalar)
        }
        return start
    }

    private func spaceEnd(in text: UnsafeBufferPointer<UInt8>, after start: Int) -> Int {
        var end = start
        while end < text.count {
            var next = end
            guard text.scalar(at: &next).properties.isWhitespace else { break }
            end = next
        }
        return end
    }
}
