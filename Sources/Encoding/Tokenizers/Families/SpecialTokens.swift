import Files

/// The tokens that a folder names as special or adds to the vocabulary, before they have numbers.
struct SpecialTokens {
    /// A token by its text alone, or with settings.
    struct Token {
        var content: String
        var settings: AddedToken?
    }

    /// The tokens with a name, such as `cls_token`, in the order in which they are added.
    private(set) var named: [(key: String, token: Token)] = []
    /// Those without a name.
    private(set) var extra: [Token] = []
    /// Those added to the vocabulary, by the numbers that the files give them; the numbers themselves do not count.
    private(set) var added: [AddedToken] = []
    private let settings: TokenizerSettings

    /// Reads the tokens.
    ///
    /// - Parameters:
    ///   - pieces: what a SentencePiece model names, which is in the place of an `additional_special_tokens`.
    ///   - defaults: further tokens that the vocabulary's file names.
    /// - Throws: ``UserError`` that names the key.
    init(
        _ settings: TokenizerSettings, _ folder: TokenizerFolder, saved: [AddedToken], pieces: [AddedToken]? = nil,
        defaults: [String: String] = [:]
    ) throws {
        self.settings = settings
        added = try Self.added(settings, folder, saved: saved)
        // Texts are compared as bytes: for Swift, "é" in one scalar and in two is the same text.
        let byContent = Dictionary(added.map { (Array($0.content.utf8), $0) }) { $1 }
        let usual = settings.kind.tokens.merging(defaults) { $1 }
        for key in TokenizerClass.tokenKeys {
            if settings.contains(key) {
                guard let entry = settings[key] else { continue }
                var token = try Self.token(entry)
                if let known = byContent[Array(token.content.utf8)] { token.settings = known }
                named.append((key, token))
            } else if let content = usual[key] {
                named.append((key, Token(content: content)))
            }
        }
        for key in settings.keys where key.hasSuffix("_token") && !TokenizerClass.tokenKeys.contains(key) {
            guard let entry = settings[key], entry.isText || entry.isObject else { continue }
            named.append((key, try Self.token(entry)))
        }
        for key in ["model_specific_special_tokens", "extra_special_tokens"] {
            guard let entry = settings[key], case .object(let members) = entry.value else { continue }
            for member in members {
                let value = JSONEntry(value: member.value, path: "\(key).\(member.key)", file: entry.file)
                named.append((member.key, try Self.token(value)))
            }
        }
        if let entry = settings["extra_special_tokens"], case .array = entry.value {
            extra = try entry.array().map(Self.token)
        } else if !settings.contains("extra_special_tokens") || settings["extra_special_tokens"]?.isObject == true {
            extra =
                try pieces?.map { Token(content: $0.content, settings: $0) }
                ?? settings["additional_special_tokens"]?.array().map(Self.token) ?? []
        }
    }

    /// The text of a token with a name; nil where there is none.
    func content(_ key: String) -> String? { named.first { $0.key == key }?.token.content }

    /// Adds tokens without a name, unless the files list some.
    mutating func addExtra(_ tokens: [String]) {
        if settings.contains("extra_special_tokens"), settings["extra_special_tokens"]?.isObject != true { return }
        extra += tokens.map { Token(content: $0) }
    }

    private static func token(_ entry: JSONEntry) throws -> Token {
        guard entry.isObject else { return Token(content: try entry.string()) }
        var token = try AddedToken(entry, identifier: 0)
        if entry.file.hasSuffix("special_tokens_map.json"), !entry.isMarkedObject {
            token.isSpecial = true
            token.normalized = try entry.bool("normalized", default: false)
        }
        return Token(content: token.content, settings: token)
    }

    private static func added(
        _ settings: TokenizerSettings, _ folder: TokenizerFolder, saved: [AddedToken]
    ) throws -> [AddedToken] {
        var tokens: [Int32: AddedToken] = [:]
        if settings.addsByDecoder {
            let entry = settings["added_tokens_decoder"]
            for member in try entry?.object() ?? [] {
                let token = JSONEntry(value: member.value, path: "added_tokens_decoder.\(member.key)", file: entry!.file)
                guard let identifier = Int32(member.key), 0..<Int32.max ~= identifier else {
                    throw token.error("the key is not a token's number")
                }
                tokens[identifier] = try AddedToken(token, identifier: identifier)
            }
        } else {
            let special = try names(settings)
            for (content, identifier) in try folder.addedTokens?.vocabulary() ?? [] {
                var token = AddedToken(content: content, identifier: identifier)
                token.isSpecial = special.contains(Array(content.utf8))
                token.normalized = !token.isSpecial
                tokens[identifier] = token
            }
            for token in saved { tokens[token.identifier] = token }
        }
        return tokens.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The texts by which tokens of `added_tokens.json` count as special.
    private static func names(_ settings: TokenizerSettings) throws -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        for key in TokenizerClass.tokenKeys {
            guard let entry = settings[key], !entry.isMarkedObject else { continue }
            names.insert(Array(try token(entry).content.utf8))
        }
        if let entry = settings["extra_special_tokens"], case .array = entry.value {
            for entry in try entry.array() where !entry.isMarkedObject { names.insert(Array(try token(entry).content.utf8)) }
        }
        return names
    }
}

/// Where the tokens around a text come from.
struct TokenizerEnds {
    private let saved: PostProcessor?
    private let first: String?
    private let last: String?

    /// Finds the keys of the tokens.
    ///
    /// - Parameters:
    ///   - isJSON: whether there is a `tokenizer.json`, beside which `add_bos_token` and `add_eos_token` do not count.
    ///   - addsFirst: whether a text gets the token for its start where nothing is said.
    ///   - saved: what a `tokenizer.json` puts around a text.
    init(_ settings: TokenizerSettings, isJSON: Bool, addsFirst: Bool, saved: PostProcessor?) throws {
        if let ends = settings.kind.ends {
            self.saved = nil
            (first, last) = ends
            return
        }
        self.saved = saved
        first = try !isJSON && settings.bool("add_bos_token", default: addsFirst) ? "bos_token" : nil
        last = try !isJSON && settings.bool("add_eos_token", default: false) ? "eos_token" : nil
    }

    /// The tokens' numbers.
    ///
    /// - Throws: ``UserError`` when the vocabulary lacks one.
    func processor(_ special: SpecialTokens, _ vocabulary: AddedVocabulary, place: String) throws -> PostProcessor {
        if let saved { return saved }
        func identifiers(_ key: String?) throws -> [Int32] {
            guard let key, let content = special.content(key) else { return [] }
            guard vocabulary.has(content) || special.added.contains(where: { $0.content == content }),
                let identifier = vocabulary.identifier(of: content)
            else {
                throw UserError(
                    "the vocabulary has no token \"\(content)\"", at: place,
                    remedy: "Give the vocabulary that belongs to the encoder, or name its \(key) in tokenizer_config.json.")
            }
            return [identifier]
        }
        return PostProcessor(prefix: try identifiers(first), suffix: try identifiers(last))
    }
}
