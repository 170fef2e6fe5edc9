import Files

/// What the page is asked for by its address: `/?history=50,222&was=50&q=toy`.
struct PageAddress: Sendable, Equatable {
    /// The items that are looked at as a history, oldest first.
    var history: [String] = []
    /// The history before the last click; nil where there was none.
    var before: [String]?
    /// Words that are searched for in titles.
    var words = ""
    /// How many answers are shown.
    var count = usualCount

    /// The items of a history at most: each has a link that names all the others.
    static let longest = 100
    /// The answers that are shown when nothing else is asked for, and at most.
    static let usualCount = 10
    static let mostCount = 50
    /// The letters of words at most.
    static let longestWords = 200

    /// Begins with a history.
    init(_ history: [String] = [], before: [String]? = nil) { (self.history, self.before) = (history, before) }

    /// Reads a query.
    ///
    /// - Throws: ``Failure`` for a history that is too long.
    init(_ query: Query) throws {
        history = try Self.history(query, "history") ?? []
        before = try Self.history(query, "was")
        words = String((query["q"] ?? "").prefix(Self.longestWords))
        count = try query.number("n", 1...Self.mostCount) ?? Self.usualCount
    }

    /// The parameters that are read.
    static let known = ["history", "was", "q", "n"]

    /// A history of a query; nil where the query has none.
    static func history(_ query: Query, _ name: String) throws -> [String]? {
        try query[name].map { try Checks.ids(ids(in: $0), most: longest, at: name) }
    }

    /// The address as a path with a query.
    var path: String { Self.path("/", fields) }

    /// The address of an item's page, which keeps the history.
    func item(_ id: String) -> String {
        let fields = history.isEmpty ? [] : [("history", Self.text(of: history))]
        // As a step of a path they mean the page itself and the one above, encoded as well, and browsers leave them out.
        if [".", ".."].contains(id) { return Self.path("/item", [("id", id)] + fields) }
        return Self.path("/item/\(Paths.encoded(id))", fields)
    }

    /// The address of the page for new items, which keeps the history.
    var trial: String { Self.path("/try", history.isEmpty ? [] : [("history", Self.text(of: history))]) }

    /// The page with another history, which shows what that changes.
    func with(_ other: [String]) -> PageAddress {
        var address = PageAddress(other, before: history)
        address.count = count
        return address
    }

    /// The page with an item more; nil where no more will do.
    func adding(_ id: String) -> PageAddress? { history.count < Self.longest ? with(history + [id]) : nil }

    /// The page without the item at a place of the history.
    func removing(at place: Int) -> PageAddress {
        var rest = history
        rest.remove(at: place)
        return with(rest)
    }

    /// What the address says, for links and for forms.
    private var fields: [(String, String)] {
        var fields: [(String, String)] = []
        if !history.isEmpty { fields.append(("history", Self.text(of: history))) }
        if let before { fields.append(("was", Self.text(of: before))) }
        if !words.isEmpty { fields.append(("q", words)) }
        if count != Self.usualCount { fields.append(("n", "\(count)")) }
        return fields
    }

    static func path(_ path: String, _ fields: [(String, String)]) -> String {
        // Commas stay as they are, so that an address can be read and typed.
        let query = fields.map {
            "\($0.0)=\($0.1.split(separator: ",", omittingEmptySubsequences: false).map { Paths.encoded(String($0)) }.joined(separator: ","))"
        }
        return query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))"
    }
}

extension PageAddress {
    /// Ids as one text, with commas between them; commas, backslashes and spaces of the ids have a backslash before them.
    static func text(of ids: [String]) -> String {
        ids.map { id in
            id.unicodeScalars.reduce(into: "") { text, letter in
                if ",\\ ".unicodeScalars.contains(letter) { text.append("\\") }
                text.unicodeScalars.append(letter)
            }
        }.joined(separator: ",")
    }

    /// The ids of a text: spaces around them do not count, empty ones are none.
    static func ids(in text: String) -> [String] {
        var ids: [String] = []
        var id = String.UnicodeScalarView()
        // Spaces that may be the last ones.
        var spaces = 0
        var isEscaped = false
        func end() {
            if !id.isEmpty { ids.append(String(id)) }
            (id, spaces) = (String.UnicodeScalarView(), 0)
        }
        for letter in text.unicodeScalars {
            if !isEscaped {
                if letter == "\\" {
                    isEscaped = true
                    continue
                }
                if letter == "," {
                    end()
                    continue
                }
                if letter == " " {
                    if !id.isEmpty { spaces += 1 }
                    continue
                }
            }
            id.append(contentsOf: repeatElement(" ", count: spaces))
            spaces = 0
            id.append(letter)
            isEscaped = false
        }
        end()
        return ids
    }
}
