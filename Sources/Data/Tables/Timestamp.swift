import Foundation

/// Timestamps as tables have them.
enum Timestamp {
    /// The number that some bytes write: a whole number, or a decimal one whose fraction is dropped; nil when it is none.
    static func parse(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        var isNegative = false
        var digits = 0
        for (offset, byte) in bytes.enumerated() {
            if offset == 0, byte == UInt8(ascii: "-") {
                isNegative = true
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 18 else { return decimal(bytes) }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            digits += 1
        }
        guard digits > 0 else { return nil }
        return isNegative ? -value : value
    }

    private static func decimal(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        // Double also reads "nan", "inf" and "0x10", which no table means as a time.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text) else { return nil }
        return Int64(exactly: value.rounded(.towardZero))
    }
}
