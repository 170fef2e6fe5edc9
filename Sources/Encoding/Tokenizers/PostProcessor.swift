/// The last step: the special tokens before and after a text's own ("[CLS] ... [SEP]").
struct PostProcessor: Sendable {
    /// The tokens before the text's.
    var prefix: [Int32] = []
    /// The tokens after the text's.
    var suffix: [Int32] = []

    /// How many tokens are added to a text's.
    var count: Int { prefix.count + suffix.count }

    /// A file may put no more tokens around a text: a template that repeats long lists would otherwise fill the memory.
    private static let most = 1024

    static let supported = ["TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence"]

    /// Adds nothing, or the tokens given.
    init(prefix: [Int32] = [], suffix: [Int32] = []) {
        self.prefix = prefix
        self.suffix = suffix
    }

    /// Makes the post-processor that an entry of a `tokenizer.json` describes.
    ///
    /// - Throws: ``UserError`` for a type that is not supported, for a template without its one text and for too many tokens.
    init(_ entry: JSONEntry) throws {
        self.init()
        switch try entry.type() {
        case "TemplateProcessing": try readTemplate(entry)
        // It only concerns where tokens are in the text.
        case "ByteLevel": break
        case "Sequence":
            for processor in try entry.required("processors").array().map(PostProcessor.init) {
                prefix = processor.prefix + prefix
                suffix += processor.suffix
                try checkCount(entry)
            }
        case "BertProcessing", "RobertaProcessing":
            prefix = [try Self.pair(entry.required("cls"))]
            suffix = [try Self.pair(entry.required("sep"))]
        case let type: throw entry.unsupported(type, supported: Self.supported)
        }
    }

    private mutating func readTemplate(_ entry: JSONEntry) throws {
        let specials = try entry.required("special_tokens")
        var seen = false
        for piece in try entry.required("single").array() {
            if let special = try piece.optional("SpecialToken") {
                let tokens = try specials.required(special.required("id").string()).required("ids").array()
                let identifiers = try tokens.map { try $0.tokenIdentifier() }
                if seen { suffix += identifiers } else { prefix += identifiers }
                try checkCount(entry)
            } else {
                let sequence = try piece.required("Sequence").required("id")
                guard try sequence.string() == "A", !seen else {
                    throw sequence.error("the template for one text has to hold the sequence A once")
                }
                seen = true
            }
        }
        guard seen else { throw try entry.required("single").error("the template for one text lacks the sequence A") }
    }

    private func checkCount(_ entry: JSONEntry) throws {
        guard count <= Self.most else { throw entry.error("puts more than \(Self.most) tokens around a text") }
    }

    private static func pair(_ entry: JSONEntry) throws -> Int32 {
        let pair = try entry.array()
        guard pair.count == 2 else { throw entry.error("is not a token and its number") }
        return try pair[1].tokenIdentifier()
    }
}

/// A file's own limit of tokens per text.
struct Truncation: Sendable {
    /// The most tokens, special tokens included; nil where only the side is given.
    var maximum: Int?
    /// Whether a text's end is kept in place of its start.
    var keepsEnd: Bool

    /// Makes a limit.
    init(maximum: Int?, keepsEnd: Bool) {
        self.maximum = maximum
        self.keepsEnd = keepsEnd
    }

    /// Reads the entry `truncation` of a `tokenizer.json`.
    ///
    /// For a single text the strategies do the same, except "OnlySecond", which has nothing to cut.
    init(_ entry: JSONEntry) throws {
        maximum = Int(try entry.required("max_length").integer(in: 0...Int32.max))
        let direction = try entry.optional("direction")
        switch try direction?.string() {
        case "Left": keepsEnd = true
        case "Right", nil: keepsEnd = false
        case let other?: throw direction!.error("\"\(other)\" is not a direction; expected Left or Right")
        }
        let strategy = try entry.optional("strategy")
        let known = ["LongestFirst", "OnlyFirst"]
        if let name = try strategy?.string(), !known.contains(name) {
            throw strategy!.error("\"\(name)\" is not supported; expected \(known.joined(separator: " or "))")
        }
    }
}
