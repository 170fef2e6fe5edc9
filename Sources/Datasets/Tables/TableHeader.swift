import Files

/// Which columns of a table are meant, and whether its first row names them.
struct TableHeader {
    /// Where the columns are, by request; nil for one that is not there.
    let columns: [Int?]
    /// Whether the first row has names and no data.
    let isNames: Bool
    /// The names of the columns; their numbers where the first row has none.
    let names: [String]

    /// Looks at the first rows of a table.
    ///
    /// - Parameters:
    ///   - rows: its first rows, at least one; the more there are, the more certain it is what the first one is.
    ///   - firstRow: what was said of the first row.
    /// - Throws: ``UserError`` when a column is not there, is meant twice, or when it is not clear what is meant.
    init(_ rows: [[String]], _ firstRow: Table.FirstRow, _ requests: [ColumnRequest], at place: String) throws {
        let first = Self.untyped(rows[0])
        let rows = [first] + rows.dropFirst()
        switch firstRow {
        case .names: isNames = true
        case .data: isNames = false
        case .auto: isNames = try Self.isNames(rows, requests, at: place)
        }
        let isNames = isNames
        names = isNames ? first : first.indices.map { "\($0 + 1)" }
        columns = try requests.map {
            isNames ? try $0.index(in: first, at: place) : try $0.index(among: first.count, at: place)
        }
        for (index, column) in columns.enumerated() {
            guard let column, let earlier = columns[..<index].firstIndex(of: column) else { continue }
            throw UserError(
                "column \(isNames ? first[column].quoted : "\(column + 1)") is both the \(requests[earlier].role) and the "
                    + "\(requests[index].role)", at: place, remedy: "Name another column for one of them.")
        }
    }

    /// Names without the types that RecBole's files have behind all of them, as in `user_id:token`.
    private static func untyped(_ names: [String]) -> [String] {
        let types = [":token", ":token_seq", ":float", ":float_seq"]
        let parts = names.map { name in types.first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } }
        return parts.contains(nil) ? names : parts.compactMap { $0 }
    }

    /// Whether the first row names the columns, recognised by how they are asked for and by what is in it.
    private static func isNames(_ rows: [[String]], _ requests: [ColumnRequest], at place: String) throws -> Bool {
        let first = rows[0]
        let given = requests.compactMap(\.column)
        // Without numbers only names are looked for.
        guard given.contains(where: { $0.possibleNumber != nil }) else { return true }
        if given.contains(where: { $0.possibleNumber == nil }) { return true }
        let digits = given.compactMap(\.possibleName)
        let areNumbers = given.allSatisfy { (1...first.count).contains($0.possibleNumber ?? 0) }
        let areNames = !digits.isEmpty && digits.allSatisfy(first.contains)
        if areNames, !areNumbers { return true }
        let isCounted =
            first.count > 1 && [0, 1].contains { start in first.indices.allSatisfy { first[$0] == "\($0 + start)" } }
        guard areNames || isCounted else { return try isNamesByContent(rows, requests, at: place) }
        throw UserError(
            "the first row, \(first.listed), can be names or data, and the columns \(given.map(\.description).joined(separator: ", ")) "
                + "names or numbers", at: place,
            remedy: "Say which: \(ImportOption.firstRow.sentence("names")) \(ImportOption.firstRow.sentence("data"))")
    }

    /// The same where the columns are numbers.
    private static func isNamesByContent(_ rows: [[String]], _ requests: [ColumnRequest], at place: String) throws -> Bool {
        let first = rows[0]
        if first.contains(where: { field in requests.contains { $0.knows(field) } }) { return true }
        // Numbers and dates are data; a column that has nothing else below the first row has a name there.
        func isValue(_ text: String) -> Bool { Array(text.utf8).withUnsafeBytes { Timestamp($0) } != nil }
        if rows.count == 1 || first.contains(where: isValue) { return false }
        let below = rows.dropFirst().filter { $0.count == first.count }
        if first.indices.contains(where: { column in !below.isEmpty && below.allSatisfy { isValue($0[column]) } }) {
            return true
        }
        throw UserError(
            "the first row, \(first.listed), may be data or the names of the columns", at: place,
            remedy: "Say which: \(ImportOption.firstRow.sentence("names")) \(ImportOption.firstRow.sentence("data"))")
    }
}
