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
    ///   - body: is given a word's bytes and returns whether to continue.
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

extension PreTokenizer {
    static let supported = [
        "BertPreTokenizer", "ByteLevel", "Metaspace", "Split", "Whitespace", "WhitespaceSplit", "Punctuation", "Digits",
        "CharDelimiterSplit",
        "Sequence",
    ]

    /// Makes the pre-tokenizer that an entry of a `tokenizer.json` describes; without one, the whole text is one word.
    ///
    /// - Throws: ``UserError`` for a type that is not supported and for settings of the wrong kind.
    init(_ entry: JSONEntry?) throws {
        self.init(try entry.map(Self.steps) ?? [])
        guard steps.count <= Self.mostSteps else { throw entry!.error("has more than \(Self.mostSteps) steps") }
        let mappings = steps.filter { if case .byteCharacters = $0 { true } else { false } }
        guard mappings.count <= 1 else { throw entry!.error("makes characters of bytes more than once") }
    }

    /// Each step is a level of calls, so that a file of many could use up the stack.
    private static let mostSteps = 32

    private static func steps(_ entry: JSONEntry) throws -> [Step] {
        switch try entry.type() {
        case "Sequence": return try entry.required("pretokenizers").array().flatMap(steps)
        case "BertPreTokenizer": return [.bert]
        case "ByteLevel":
            let hasPrefix = try entry.bool("add_prefix_space", default: true)
            let splits = try entry.bool("use_regex", default: true)
            return (hasPrefix ? [.prefixBlank] : []) + (splits ? [.split(.gpt2)] : []) + [.byteCharacters]
        case "Metaspace":
            let metaspace = try Metaspace(entry)
            let splits = try entry.bool("split", default: true)
            let character = String(decoding: metaspace.replacement, as: UTF8.self).unicodeScalars.first!
            let splitter = Splitter(pattern: Pattern(ScalarSet(character)), behavior: .mergedWithNext)
            return [.metaspace(metaspace)] + (splits ? [.split(splitter)] : [])
        case "Split":
            return [
                .split(
                    Splitter(
                        pattern: try Pattern(entry.required("pattern")),
                        behavior: try SplitBehavior(entry.required("behavior")),
                        isInverted: try entry.bool("invert", default: false)))
            ]
        case "Whitespace": return [.split(.words)]
        case "WhitespaceSplit": return [.split(.whiteSpace)]
        case "Punctuation":
            let behavior = try entry.optional("behavior").map(SplitBehavior.init) ?? .isolated
            return [.split(Splitter(pattern: Pattern(Splitter.punctuation), behavior: behavior))]
        case "Digits":
            let isIndividual = try entry.bool("individual_digits", default: false)
            return [
                .split(Splitter(pattern: Pattern(Splitter.numbers), behavior: isIndividual ? .isolated : .contiguous))
            ]
        case "CharDelimiterSplit":
            let delimiter = try entry.required("delimiter")
            let pattern = try Pattern(text: delimiter.string(), place: "\(entry.file): \"\(delimiter.path)\"")
            return [.split(Splitter(pattern: pattern, behavior: .removed))]
        case let type: throw entry.unsupported(type, supported: Self.supported)
        }
    }
}
