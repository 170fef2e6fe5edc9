/// A time as a table writes it, exact.
struct Timestamp: Equatable {
    /// What kind of time a text is, recognised by its form and size.
    enum Kind: Int, CaseIterable {
        /// A number that is not the size of any unit since 1970: a step, a day, a year.
        case number
        /// Seconds since 1970, of 9 or 10 digits: 1973 to 2286.
        case seconds
        /// Milliseconds since 1970, of 12 or 13 digits.
        case milliseconds
        /// Microseconds since 1970, of 15 or 16 digits.
        case microseconds
        /// Nanoseconds since 1970, of 18 or 19 digits.
        case nanoseconds
        /// A date of ISO 8601 without a zone, taken as UTC.
        case localDate
        /// A date of ISO 8601 with a zone.
        case zonedDate

        /// The kind of a number with some digits before its point.
        init(digits: Int) {
            switch digits {
            case 9, 10: self = .seconds
            case 12, 13: self = .milliseconds
            case 15, 16: self = .microseconds
            case 18, 19: self = .nanoseconds
            default: self = .number
            }
        }
    }

    /// The kind.
    var kind: Kind
    /// The number without its point, as in 17 of 1.7.
    var value: Int64
    /// How many of the digits of `value` are behind the point.
    var decimals = 0
    /// How many digits a number in exponent notation is written with; nil for other numbers.
    var exponentDigits: Int?
    /// Whether a number in exponent notation has fewer digits than its size needs: 1.7e9, whose last eight are not written.
    var isShortened = false
    /// Whether those digits were cut off by whoever wrote it: a shortened number that ends in a written zero, as 1.70E+09.
    var isCut = false

    /// The time that some bytes write, without outer spaces; nil when they write none, or one too large for 18 digits.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var bytes = bytes
        while let first = bytes.first, first == UInt8(ascii: " ") { bytes = .init(rebasing: bytes.dropFirst()) }
        while let last = bytes.last, last == UInt8(ascii: " ") { bytes = .init(rebasing: bytes.dropLast()) }
        if let date = DateText.timestamp(bytes) {
            self = date
        } else if let number = Self.number(bytes) {
            self = number
        } else {
            return nil
        }
    }

    init(kind: Kind, value: Int64, decimals: Int = 0) {
        self.kind = kind
        self.value = value
        self.decimals = decimals
    }

    /// The whole number that bytes of at most 18 digits write, and how many digits those are; nil for anything else.
    ///
    /// This is what nearly all times are, so it is tried before everything else.
    @inline(__always)
    static func whole(_ bytes: UnsafeRawBufferPointer) -> (value: Int64, digits: Int)? {
        guard bytes.count <= 18, let first = bytes.first, first != UInt8(ascii: "0") || bytes.count == 1 else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return (value, bytes.count)
    }

    /// A decimal number, also in exponent notation.
    private static func number(_ bytes: UnsafeRawBufferPointer) -> Timestamp? {
        var rest = bytes[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        func takeDigits() -> Slice<UnsafeRawBufferPointer> {
            let digits = rest.prefix { $0 &- UInt8(ascii: "0") <= 9 }
            rest = rest.dropFirst(digits.count)
            return digits
        }
        let whole = takeDigits()
        var fraction = whole[whole.endIndex...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = takeDigits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = 0
        let hasExponent = rest.first.map { $0 | 0x20 } == UInt8(ascii: "e")
        if hasExponent {
            rest = rest.dropFirst()
            let isDown = rest.first == UInt8(ascii: "-")
            if isDown || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            let digits = takeDigits()
            guard (1...4).contains(digits.count) else { return nil }
            for digit in digits { exponent = exponent * 10 + Int(digit - UInt8(ascii: "0")) }
            if isDown { exponent = -exponent }
        }
        guard rest.isEmpty else { return nil }
        // ".0" is what some programs always write; it says nothing of the digits before it.
        let isWritten = !(fraction.count == 1 && fraction.first == UInt8(ascii: "0"))
        var digits = whole.map { $0 - UInt8(ascii: "0") } + (isWritten ? fraction.map { $0 - UInt8(ascii: "0") } : [])
        var decimals = (isWritten ? fraction.count : 0) - exponent
        let written = digits.drop { $0 == 0 }.count
        let endsInZero = isWritten && !fraction.isEmpty && digits.last == 0
        while decimals > 0, digits.last == 0 {
            digits.removeLast()
            decimals -= 1
        }
        let isShortened = hasExponent && decimals < 0 && written > 0
        if written == 0 { decimals = 0 }
        guard decimals >= -18, decimals <= 18 else { return nil }
        if decimals < 0 { digits += repeatElement(0, count: -decimals) }
        var value: Int64 = 0
        for digit in digits {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(Int64(digit))
            guard !isTooLarge, !isOver else { return nil }
            value = sum
        }
        let significant = digits.drop { $0 == 0 }.count - max(0, decimals)
        var time = Timestamp(
            kind: Kind(digits: significant), value: isNegative ? -value : value, decimals: max(0, decimals))
        if hasExponent { time.exponentDigits = written }
        time.isShortened = isShortened
        time.isCut = isShortened && endsInZero
        return time
    }
}
