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
    var isSpecial = false

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
        normalized = try entry.bool("normalized", default: !isSpecial)
    }
}
