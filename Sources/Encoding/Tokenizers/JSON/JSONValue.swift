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
