import Files

/// A column that a reader is asked for.
struct ColumnRequest {
    /// What the column holds, as in "user".
    let role: String
    /// The column that was named; nil to look for a known name.
    var column: Column?
    /// Names to look for, the first found counts.
    var known: [String] = []
    /// The number, from 1, where there is no header and none was named; nil for no column.
    var usual: Int?
    /// Whether a table without it is an error.
    var isRequired = true
    /// Whether rows may lack it: a JSON object then need not have the key, not even the first one.
    var isSparse = false

    /// Where the column is among the names of a header; nil when it is not required and not there.
    ///
    /// - Throws: ``UserError`` when it is named or required and not there.
    func index(in names: [String], at place: String) throws -> Int? {
        switch column {
        case .name(let name):
            if let index = names.firstIndex(of: name) { return index }
            throw UserError("no \(role) column \"\(name)\"", at: place, remedy: Suggestion.sentence(for: name, in: names))
        case .number: return try index(among: names.count, at: place)
        case nil:
            for name in known {
                if let index = names.firstIndex(of: name) { return index }
            }
            guard isRequired else { return nil }
            throw UserError(
                "no \(role) column: looked for \(known.joined(separator: ", "))", at: place,
                remedy: "Name the column. Known here: \(names.joined(separator: ", ")).")
        }
    }

    /// Where the column is in a table of `count` columns without a header; nil when it is not required and none was given.
    ///
    /// - Throws: ``UserError`` when it was given by name, or is not among the columns.
    func index(among count: Int, at place: String) throws -> Int? {
        switch column {
        case .name(let name):
            throw UserError(
                "the table has no header, so there is no \(role) column \"\(name)\"", at: place,
                remedy: "Give the column's number, from 1.")
        case .number(let number):
            guard number >= 1, number <= count else {
                throw UserError("no \(role) column \(number): the table has \(count) columns", at: place)
            }
            return number - 1
        case nil:
            guard let usual else { return nil }
            if usual <= count { return usual - 1 }
            guard isRequired else { return nil }
            throw UserError(
                "no \(role) column: the table has \(count) columns", at: place, remedy: "Give the column's number, from 1.")
        }
    }
}
