/// A model's vocabulary together with the tokens added to it, which get their numbers in the order in which they come.
struct AddedVocabulary {
    private let model: any TokenModel
    /// The added tokens, those of the model among them.
    private(set) var tokens: [AddedToken] = []
    private var places: [[UInt8]: Int] = [:]
    private var largest: Int32 = -1

    /// Starts without added tokens.
    init(_ model: any TokenModel) { self.model = model }

    /// The number of a text that is a token.
    func identifier(of content: String) -> Int32? {
        places[Array(content.utf8)].map { tokens[$0].identifier } ?? model.identifier(of: content)
    }

    /// Adds a token. One that is there keeps its number and takes the new settings; one that the model lacks gets the next number,
    /// whatever the token says.
    mutating func add(_ token: AddedToken) {
        guard !token.content.isEmpty else { return }
        var token = token
        let bytes = Array(token.content.utf8)
        if let place = places[bytes] {
            token.identifier = tokens[place].identifier
            token.isLeftOutOfText = token.isLeftOutOfText || tokens[place].isLeftOutOfText
            tokens[place] = token
            return
        }
        let next = Int(largest) >= model.tokenCount ? largest + 1 : Int32(clamping: model.tokenCount)
        token.identifier = model.identifier(of: token.content) ?? next
        largest = max(largest, token.identifier)
        places[bytes] = tokens.count
        tokens.append(token)
    }

    /// Adds a folder's tokens after those that are there.
    mutating func add(_ special: SpecialTokens) {
        func isKnown(_ token: AddedToken) -> Bool {
            places[Array(token.content.utf8)].map { tokens[$0].isSame(as: token) } ?? false
        }
        let names = Set(special.named.map { Array($0.token.content.utf8) })
        // One that a name makes special changes by that.
        func becomesSpecial(_ token: AddedToken) -> Bool { !token.isSpecial && names.contains(Array(token.content.utf8)) }
        var waiting = special.added.filter { !isKnown($0) || becomesSpecial($0) }.map {
            SpecialTokens.Token(content: $0.content, settings: $0)
        }
        var known = Set(places.keys).union(waiting.map { Array($0.content.utf8) })
        for token in special.named.map(\.token) + special.extra where known.insert(Array(token.content.utf8)).inserted {
            waiting.append(token)
        }
        for token in waiting {
            var added = token.settings ?? AddedToken(content: token.content, identifier: 0)
            if token.settings == nil || names.contains(Array(token.content.utf8)) { added.isSpecial = true }
            add(added)
        }
    }

    /// Gives a folder's special tokens the plain settings of special tokens, as Qwen's class does.
    mutating func addPlainly(_ special: SpecialTokens) {
        for token in special.named.map(\.token) + special.extra {
            var added = AddedToken(content: token.content, identifier: 0)
            added.isSpecial = true
            add(added)
        }
    }

    /// Whether a text is a token of the model, or was added because a file says so.
    func has(_ content: String) -> Bool { identifier(of: content).map { $0 < model.vocabularySize } ?? false }
}

extension AddedToken {
    /// Whether text and settings are the same; numbers do not count.
    fileprivate func isSame(as other: AddedToken) -> Bool {
        content.utf8.elementsEqual(other.content.utf8) && singleWord == other.singleWord
            && takesSpaceBefore == other.takesSpaceBefore
            && takesSpaceAfter == other.takesSpaceAfter && normalized == other.normalized && isSpecial == other.isSpecial
    }
}
