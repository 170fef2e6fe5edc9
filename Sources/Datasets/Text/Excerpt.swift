/// A text from elsewhere as a message shows it: in quotes, of bounded length, with what would change a terminal written as escapes.
struct Excerpt: CustomStringConvertible {
    /// Longer texts are cut.
    private static let longest = 60

    private let text: String

    init(_ text: String) { self.text = text }

    init(_ bytes: UnsafeRawBufferPointer) {
        // Enough bytes for the characters that are shown; a byte that is not UTF-8 becomes U+FFFD.
        text = String(decoding: bytes.prefix(Self.longest * 4), as: UTF8.self)
    }

    var description: String {
        let shown = text.unicodeScalars.prefix(Self.longest)
        var result = "\""
        for scalar in shown {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + (text.unicodeScalars.count > Self.longest ? "...\"" : "\"")
    }

    /// Some names for a message: at most ten, each as an excerpt without quotes.
    static func list(_ names: some Collection<String>) -> String {
        let shown = names.prefix(10).map { Excerpt($0).description.dropFirst().dropLast() }.joined(separator: ", ")
        return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
    }
}
