/// A file's own limit of tokens per text.
struct Truncation: Sendable {
    /// The most tokens, special tokens included; nil where only the side is told.
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
