/// Character references of HTML in titles: `&quot;`, `&#39;`, `&#x2019;`.
public enum HTMLEntities {
    /// Replaces each reference by its character, once: `&amp;amp;` becomes `&amp;`.
    ///
    /// Known are the names of HTML 4.01 and the common ones of HTML 5, and decimal and hexadecimal numbers, all with their semicolon.
    /// Numbers 128 to 159 mean Windows-1252, as in browsers. What is not a known reference, as in "AT&T", stays as it is.
    public static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            let body = rest[rest.index(after: start)...]
            if let end = body.prefix(longestName + 1).firstIndex(of: ";"), let character = character(body[..<end]) {
                result.unicodeScalars.append(character)
                rest = body[body.index(after: end)...]
            } else {
                result += "&"
                rest = body
            }
        }
        return result + rest
    }

    /// Names and numbers are no longer than this.
    private static let longestName = 32

    private static func character(_ name: Substring) -> UnicodeScalar? {
        guard name.first == "#" else { return HTMLEntityTable.codePoints[String(name)].flatMap(UnicodeScalar.init) }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        let number = isHexadecimal ? digits.dropFirst() : digits
        guard number.first != "+", number.first != "-", let value = UInt32(number, radix: isHexadecimal ? 16 : 10) else {
            return nil
        }
        if value == 0 { return "\u{FFFD}" }
        if value >= 128, value < 160 { return UnicodeScalar(windows1252[Int(value) - 128]) }
        return UnicodeScalar(value) ?? "\u{FFFD}"
    }

    /// The characters 128 to 159 of Windows-1252; undefined ones stand for themselves.
    private static let windows1252: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
        0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E,
        0x0178,
    ]
}
