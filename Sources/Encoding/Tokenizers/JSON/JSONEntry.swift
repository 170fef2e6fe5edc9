import Files

/// A JSON value whose objects keep every member, in the file's order.
///
/// Foundation's decoder compares keys as Swift strings, for which "é" in one scalar and in two are the same key; in a
/// vocabulary they are two tokens.
enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A member of an object.
    struct Member: Sendable {
        var key: String
        var value: JSONValue
    }
}

/// A value of a JSON file together with its place, so that whoever reads it can say what is wrong where.
struct JSONEntry {
    /// The value.
    let value: JSONValue
    /// The keys that lead to the value, as in `model.vocab`.
    let path: String
    /// The file's path.
    let file: String

    /// Makes an entry.
    init(value: JSONValue, path: String, file: String) {
        self.value = value
        self.path = path
        self.file = file
    }

    /// Reads a whole document.
    ///
    /// - Throws: ``UserError`` that names the file and the line.
    init(json bytes: UnsafeRawBufferPointer, file: String) throws {
        try LargeFilePointer.check(bytes, at: file)
        self.init(value: try JSONParser.parse(bytes, file: file), path: "", file: file)
    }

    /// An error about this entry.
    func error(_ problem: String, remedy: String? = nil) -> UserError {
        UserError(problem, at: path.isEmpty ? file : "\(file): \"\(path)\"", remedy: remedy)
    }

    /// A member, nil when it is missing or null.
    func optional(_ key: String) throws -> JSONEntry? {
        guard let member = try object().first(where: { $0.key == key }) else { return nil }
        if case .null = member.value { return nil }
        return JSONEntry(value: member.value, path: path.isEmpty ? key : "\(path).\(key)", file: file)
    }

    /// A member that has to be there.
    func required(_ key: String) throws -> JSONEntry {
        guard let entry = try optional(key) else { throw error("the key \"\(key)\" is missing") }
        return entry
    }

    /// A member that is true or false.
    func bool(_ key: String, default other: Bool) throws -> Bool { try optional(key)?.bool() ?? other }

    /// The value as true or false.
    func bool() throws -> Bool {
        guard case .bool(let bool) = value else { throw error("is not true or false") }
        return bool
    }

    /// The value as text.
    func string() throws -> String {
        guard case .string(let text) = value else { throw error("is not a text") }
        return text
    }

    /// The value as a whole number of a range.
    func integer(in range: ClosedRange<Int32>) throws -> Int32 {
        guard case .number(let number) = value, let whole = Int32(exactly: number), range.contains(whole) else {
            throw error("is not a whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    /// The value as a token's number.
    func tokenIdentifier() throws -> Int32 { try integer(in: 0...Int32.max - 1) }

    /// The elements of an array.
    func array() throws -> [JSONEntry] {
        guard case .array(let elements) = value else { throw error("is not an array") }
        return elements.enumerated().map { JSONEntry(value: $1, path: "\(path)[\($0)]", file: file) }
    }

    /// An element of an array, by its number.
    func element(_ index: Int) throws -> JSONEntry {
        guard case .array(let elements) = value, elements.indices.contains(index) else {
            throw error("has no element \(index)")
        }
        return JSONEntry(value: elements[index], path: "\(path)[\(index)]", file: file)
    }

    /// Refuses members of an object other than these.
    func check(_ keys: Set<String>) throws {
        for member in try object() where !keys.contains(member.key) {
            throw error("the key \"\(member.key)\" is not known; known: \(keys.sorted().joined(separator: ", "))")
        }
    }

    /// Whether an object has a member, also one that is null.
    func contains(_ key: String) throws -> Bool { try object().contains { $0.key == key } }

    var isNull: Bool { if case .null = value { true } else { false } }
    var isText: Bool { if case .string = value { true } else { false } }
    var isObject: Bool { if case .object = value { true } else { false } }
    /// Whether it sets nothing: null, false, or without elements.
    var isEmpty: Bool {
        switch value {
        case .null, .bool(false): true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .string(let text): text.isEmpty
        case .bool, .number: false
        }
    }
    /// Whether it is an object with the mark of a token, `__type`.
    var isMarkedObject: Bool {
        guard case .object(let members) = value else { return false }
        return members.contains { $0.key == "__type" }
    }

    /// The members of an object as tokens with their numbers.
    func vocabulary() throws -> [(token: String, identifier: Int32)] {
        try object().map { member in
            // The path is written only for an error: there may be a quarter of a million tokens.
            if case .number(let number) = member.value, let identifier = Int32(exactly: number), 0..<Int32.max ~= identifier {
                return (member.key, identifier)
            }
            let entry = JSONEntry(value: member.value, path: "\(path).\(member.key)", file: file)
            return (member.key, try entry.tokenIdentifier())
        }
    }

    /// The members of an object.
    func object() throws -> [JSONValue.Member] {
        guard case .object(let members) = value else { throw error("is not an object") }
        return members
    }

    /// The component's name in its key `type`.
    func type() throws -> String { try required("type").string() }

    /// The error for a component whose type is not among the supported ones.
    func unsupported(_ type: String, supported: [String]) -> UserError {
        error(
            "the component \"\(type)\" is not supported; supported here: \(supported.joined(separator: ", "))",
            remedy: "Use an encoder whose tokenizer is made of supported components.")
    }
}
