import Files

/// A column that a reader is asked for.
struct ColumnRequest {
    /// What the column holds, as in "user".
    let role: String
    /// The option of an import that names the column; nil where there is none.
    var option: ImportOption?
    /// The column that was named; nil to look for a known name.
    var column: Column?
    /// Names to look for, the first found counts; capitals, `_` and `-` make no difference.
    var known: [String] = []
    /// The number, from 1, where there is no header and none was named; nil for no column.
    var usual: Int?
    /// Whether a table without it is an error.
    var isRequired = true
    /// Whether rows may lack it: a JSON object then need not have the key, not even the first one.
    var isSparse = false
    /// Whether spaces around a field that is not in quotes are taken off, as around ids.
    var isTrimmed = false

    /// Where the column is among the names of a header; nil when it is not required and not there.
    ///
    /// - Throws: ``UserError`` when it is named or required and not there, or there twice.
    func index(in names: [String], at place: String) throws -> Int? {
        if let name = column?.possibleName, let index = try only(names.indices.filter { names[$0] == name }, name, at: place) {
            return index
        }
        if column?.possibleNumber != nil { return try index(among: names.count, at: place) }
        if case .name(let name)? = column {
            throw UserError("no \(role) column \(name.quoted)", at: place, remedy: Self.sentence(for: name, in: names))
        }
        for name in known {
            if let index = try only(names.indices.filter { names[$0] == name }, name, at: place) { return index }
            let plain = Self.plain(name)
            if let index = try only(names.indices.filter { Self.plain(names[$0]) == plain }, name, at: place) { return index }
        }
        guard isRequired else { return nil }
        throw UserError(
            "no \(role) column: looked for \(known.listed)", at: place,
            remedy:
                "Name the column\(option.map { ": \($0.sentence("NAME"))" } ?? ".") In the first row: \(names.listed).")
    }

    /// The one index there is; nil for none.
    private func only(_ found: [Int], _ name: String, at place: String) throws -> Int? {
        guard found.count > 1 else { return found.first }
        throw UserError(
            "\(found.count) columns could be the \(role): \(name.quoted) is the name of columns "
                + found.map { "\($0 + 1)" }.joined(separator: " and "), at: place,
            remedy: "Give the column by its number\(option.map { ": \($0.sentence("\(found[0] + 1)"))" } ?? ".")")
    }

    /// Where the column is in a table of `count` columns by its number; nil when it is not required and none was given.
    ///
    /// - Throws: ``UserError`` when it was given by name, or is not among the columns.
    func index(among count: Int, at place: String) throws -> Int? {
        if let column {
            guard let number = column.possibleNumber else {
                throw UserError(
                    "the first row does not name the columns, so there is no \(role) column \(column)", at: place,
                    remedy: "Give the column's number, from 1, or say that there are names: "
                        + ImportOption.firstRow.sentence("names"))
            }
            guard number >= 1, number <= count else {
                throw UserError("no \(role) column \(number): the table has \(count) columns", at: place)
            }
            return number - 1
        }
        guard let usual else { return nil }
        if usual <= count { return usual - 1 }
        guard isRequired else { return nil }
        throw UserError(
            "no \(role) column: the table has \(count) columns", at: place, remedy: "Give the column's number, from 1.")
    }

    /// Whether a text is one of the names that are looked for.
    func knows(_ name: String) -> Bool {
        let plain = Self.plain(name)
        return known.contains { Self.plain($0) == plain }
    }

    /// A name without capitals, `_`, `-` and spaces.
    static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " } }

    private static func sentence(for name: String, in names: [String]) -> String {
        Suggestion.nearest(to: name, in: names).map { "Did you mean \($0.quoted)?" }
            ?? "In the first row: \(names.listed)."
    }
}

/// An option of an import, which has one name on the command line and in a configuration.
struct ImportOption {
    private let name: String
    private init(_ name: String) { self.name = name }

    static let user = ImportOption("user")
    static let item = ImportOption("item")
    static let timestamp = ImportOption("timestamp")
    static let id = ImportOption("id")
    static let title = ImportOption("title")
    static let picture = ImportOption("picture")
    static let order = ImportOption("order")
    static let firstRow = ImportOption("first-row")
    static let separator = ImportOption("separator")
    static let format = ImportOption("table-format")
    static let encoding = ImportOption("encoding")
    static let unknownItems = ImportOption("unknown-items")
    static let duplicateItems = ImportOption("duplicate-items")
    static let duplicates = ImportOption("duplicates")

    /// How the option is given a value, in both places.
    func sentence(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy {
            "_-.".utf8.contains($0) || UnicodeScalar($0).properties.isAlphabetic || $0 &- 48 <= 9
        }
        let value = isPlain && !value.isEmpty ? value : value.quoted
        return "--\(name) \(value), or data.import.\(name.replacing("-", with: "_")): \(value) in a configuration."
    }
}
