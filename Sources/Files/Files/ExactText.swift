/// A text that is the same as another only where all its bytes are, as ids are: databases and files tell `é` of one code point from
/// `é` of two, and `String` does not.
package struct ExactText: Sendable, Hashable {
    /// The text.
    package let text: String

    /// Takes a text as it is.
    package init(_ text: String) { self.text = text }

    /// Whether both have the same bytes.
    package static func == (one: ExactText, other: ExactText) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

    /// Hashes its bytes.
    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
