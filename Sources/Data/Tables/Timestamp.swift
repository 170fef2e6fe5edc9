import Foundation

/// Timestamps as tables have them.
enum Timestamp {
    /// The number that some bytes write: a whole number, or a decimal one whose fraction is dropped; nil when it is none.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = bytes.dropFirst(isNegative ? 1 : 0)
        var value: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return decimal(bytes) }
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !isTooLarge, !isOver else { return nil }
            value = sum
        }
        guard !digits.isEmpty else { return nil }
        return isNegative ? -value : value
    }

    private static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        // Double also reads "nan", "inf" and "0x10", which no table means as a time.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text) else { return nil }
        return Int64(exactly: value.rounded(.towardZero))
    }
}
