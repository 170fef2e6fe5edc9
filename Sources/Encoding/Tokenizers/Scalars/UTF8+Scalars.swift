extension UnsafeBufferPointer<UInt8> {
    /// The scalar that starts at `position`, which then moves past it. The bytes have to be valid UTF-8.
    @inline(__always)
    func scalar(at position: inout Int) -> Unicode.Scalar {
        let first = UInt32(self[position])
        let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var value = count == 1 ? first : first & (0x7F >> UInt32(count))
        for offset in 1..<Swift.max(count, 1) { value = value << 6 | UInt32(self[position + offset] & 0x3F) }
        position += count
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// The scalar that ends before `position`. The bytes have to be valid UTF-8.
    func scalar(before position: Int) -> Unicode.Scalar {
        var start = position - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: &start)
    }

    /// The bytes of a range, without a copy.
    @inline(__always)
    func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }
}

extension [UInt8] {
    /// Appends a scalar as UTF-8.
    @inline(__always)
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            append(contentsOf: UTF8.encode(scalar)!)
        }
    }
}
