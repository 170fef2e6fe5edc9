import Files
import Foundation

/// A history as a line of a file asks for it.
///
/// Three forms: ids with commas between them (`12, 7, 31`; spaces around an id do not count), ids with spaces between them (`12 7 31`), and
/// JSON for ids of any kind, an object (`{"history": ["12", "a,b"], "id": "u1"}`) or its list alone.
package struct HistoryLine: Sendable, Equatable {
    /// What its answer is to be called; nil where the line gives it no name.
    package var id: String?
    /// Item ids, oldest first.
    package var items: [String]

    /// Names a history.
    package init(id: String? = nil, items: [String]) {
        self.id = id
        self.items = items
    }

    /// Reads a line.
    ///
    /// - Throws: ``UserError`` for JSON of another form, and where no item is named.
    package init(_ line: String) throws {
        let text = line.trimmingCharacters(in: .whitespaces)
        switch text.first {
        case "{":
            let object = try Self.decoded(Object.self, text)
            self.init(id: object.id?.text, items: object.history.map(\.text))
        case "[":
            self.init(items: try Self.decoded([Name].self, text).map(\.text))
        default:
            let ids =
                text.contains(",")
                ? text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                : text.split(whereSeparator: \.isWhitespace).map(String.init)
            self.init(items: ids)
        }
        guard !items.isEmpty else { throw UserError("the history is empty") }
    }

    private struct Object: Decodable {
        var history: [Name]
        var id: Name?
    }

    /// An id: a text, or a whole number as programs with such ids write it.
    private struct Name: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else {
                text = String(try container.decode(Int64.self))
            }
        }
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
            throw UserError(#"the line is not JSON of the form {"history": ["12", "7"], "id": "u1"}"#)
        }
    }
}
