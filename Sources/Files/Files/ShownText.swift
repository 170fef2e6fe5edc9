/// Text of data, such as titles, ids and names of files, as messages and tables show it: it cannot move a terminal's cursor, and no
/// value fills the screen.
extension String {
    /// The text with control characters visible, `\u{1B}` for escape; line ends and tabs stay.
    package var showingControls: String { replacingControls(keeping: "\n\t") { "\\u{\(Self.hexadecimal($0))}" } }

    /// The text on one line: with line ends and tabs visible too.
    package var onOneLine: String {
        replacingControls(keeping: "") { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\t": "\\t"
            case "\r": "\\r"
            default: "\\u{\(Self.hexadecimal(scalar))}"
            }
        }
    }

    /// JSON, or YAML whose texts are quoted as JSON's are, with control characters within its texts escaped as JSON does.
    package var showingControlsOfJSON: String {
        replacingControls(keeping: "\n\t\r") { scalar in
            let digits = Self.hexadecimal(scalar)
            return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    /// The text as a message names it: on one line, and of a long one its beginning.
    package var bounded: String {
        let most = 80
        // A text of a whole file is not looked at beyond its beginning.
        let beginning = prefix(most + 1)
        return beginning.count <= most ? onOneLine : String(beginning.prefix(most)).onOneLine + "…"
    }

    /// The bounded text in quotation marks, with what cannot be seen, such as a zero-width space at the end of an id, as escapes.
    package var quoted: String {
        let text = bounded.replacing({ $0.isControl || $0.isInvisible }, keeping: "") { "\\u{\(Self.hexadecimal($0))}" }
        return "\"\(text)\""
    }

    private func replacingControls(keeping kept: String, by shown: (Unicode.Scalar) -> String) -> String {
        replacing(\.isControl, keeping: kept, by: shown)
    }

    private func replacing(
        _ isReplaced: (Unicode.Scalar) -> Bool, keeping kept: String, by shown: (Unicode.Scalar) -> String
    ) -> String {
        let kept = kept.unicodeScalars
        guard unicodeScalars.contains(where: { isReplaced($0) && !kept.contains($0) }) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if isReplaced(scalar), !kept.contains(scalar) {
                text += shown(scalar)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }
}

extension UnsafeRawBufferPointer {
    /// Bytes of a text, quoted as a `String` is; a byte that is not UTF-8 becomes U+FFFD.
    package var quoted: String { String(decoding: prefix(400), as: UTF8.self).quoted }
}

extension Collection<String> {
    /// Names for a message, at most ten of them.
    package var listed: String {
        let shown = prefix(10).map { $0.quoted.dropFirst().dropLast() }.joined(separator: ", ")
        return count > 10 ? "\(shown) and \(count - 10) more" : shown
    }
}

extension Unicode.Scalar {
    /// Whether it moves a terminal's cursor, begins an escape sequence or turns the direction of text.
    fileprivate var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Whether it has no shape of its own in most fonts.
    fileprivate var isInvisible: Bool {
        switch properties.generalCategory {
        case .format, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
