import Files

/// What the files beside a vocabulary set: `tokenizer_config.json` and, unless that holds an `added_tokens_decoder`, over it
/// `special_tokens_map.json`.
struct TokenizerSettings {
    /// The class that the settings are for.
    let kind: TokenizerClass
    /// Whether tokens are added as `tokenizer_config.json` says, in place of the older files.
    let addsByDecoder: Bool
    private var values: [String: JSONEntry] = [:]
    /// The keys in the order in which they come.
    private(set) var keys: [String] = []

    /// Puts the settings together.
    ///
    /// - Throws: ``UserError`` for a key that would change tokens in a way that is not supported.
    init(_ folder: TokenizerFolder, _ kind: TokenizerClass) throws {
        self.kind = kind
        addsByDecoder = try folder.configuration?.contains("added_tokens_decoder") ?? false
        try add(folder.configuration)
        // An old name; what it holds in the other file stays apart, and counts only where the new one is nowhere.
        let isEmpty = self["extra_special_tokens"].map(\.isEmpty) ?? true
        if isEmpty, let old = values.removeValue(forKey: "additional_special_tokens") {
            set("extra_special_tokens", old)
        }
        if !addsByDecoder { try add(folder.specialTokens) }
        for key in keys {
            guard TokenizerKeys.role(of: key, with: kind) == .refused, let entry = values[key], !entry.isEmpty else { continue }
            throw entry.error(
                "the setting is not supported: it would change the tokens",
                remedy: "Make a tokenizer.json without it with Python, by save_pretrained of the loaded tokenizer.")
        }
    }

    /// A value; nil where the key is missing or null.
    subscript(key: String) -> JSONEntry? {
        guard let entry = values[key], !entry.isNull else { return nil }
        return entry
    }

    /// Whether a key is there, also with null.
    func contains(_ key: String) -> Bool { values[key] != nil }

    /// A value that is true or false.
    func bool(_ key: String, default other: Bool) throws -> Bool { try self[key]?.bool() ?? other }

    /// Whether blanks before marks are taken out of a text that is made of tokens. With a model of pairs they are not, unless a second
    /// key insists.
    func cleansSpaces(_ model: any TokenModel) throws -> Bool {
        let insists = "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"
        guard try bool("clean_up_tokenization_spaces", default: false) else { return false }
        return try !(model is BytePairs) || bool(insists, default: false)
    }

    /// Whether a text's end is kept when it is cut; nil where nothing is said.
    func keepsEnd() throws -> Bool? {
        guard let side = self["truncation_side"] else { return nil }
        switch try side.string() {
        case "left": return true
        case "right": return false
        case let other: throw side.error("\"\(other)\" is not a side; expected left or right")
        }
    }

    private mutating func add(_ entry: JSONEntry?) throws {
        for member in try entry?.object() ?? [] {
            let value = JSONEntry(value: member.value, path: member.key, file: entry!.file)
            if member.key == "extra_special_tokens", let older = values[member.key], case .array(let new) = value.value,
                case .array(let old) = older.value
            {
                set(member.key, JSONEntry(value: .array(old + new), path: member.key, file: entry!.file))
            } else {
                set(member.key, value)
            }
        }
    }

    private mutating func set(_ key: String, _ entry: JSONEntry) {
        if values.updateValue(entry, forKey: key) == nil, !keys.contains(key) { keys.append(key) }
    }
}
