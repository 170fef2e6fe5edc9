import Files

/// A column of a table: by the name in its header (or the key, in JSONL), or by its number from 1.
public enum Column: Sendable, Equatable, Codable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// The column with this name.
    case name(String)
    /// The column with this number, from 1.
    case number(Int)
    /// A text of digits: the column with this name where the first row names the columns and has it, else the one with this number.
    case digits(String)

    /// A text as people give it: of digits, or a name.
    package init(_ text: String) {
        let isDigits = !text.isEmpty && text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 }
        self = isDigits ? .digits(text) : .name(text)
    }

    /// Makes a column from a text as in ``init(_:)``.
    public init(stringLiteral text: String) { self.init(text) }
    /// Makes a column from a number.
    public init(integerLiteral number: Int) { self = .number(number) }

    /// Reads a column: a number, or a text as in ``init(_:)``.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) { self = .number(number) } else { self.init(try value.decode(String.self)) }
    }

    /// Writes the name or the number.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .name(let name), .digits(let name): try value.encode(name)
        case .number(let number): try value.encode(number)
        }
    }

    /// The column as it is shown.
    public var description: String {
        switch self {
        case .name(let name): name.quoted
        case .number(let number): "\(number)"
        case .digits(let digits): digits
        }
    }

    /// The name that the column may be meant by.
    var possibleName: String? {
        switch self {
        case .name(let name), .digits(let name): name
        case .number: nil
        }
    }

    /// The number, from 1, that the column may be meant by.
    var possibleNumber: Int? {
        switch self {
        case .name: nil
        case .number(let number): number
        case .digits(let digits): Int(digits)
        }
    }
}
