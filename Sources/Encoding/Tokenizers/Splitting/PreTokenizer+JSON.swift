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
