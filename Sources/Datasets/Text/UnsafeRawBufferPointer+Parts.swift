import Foundation

extension UnsafeRawBufferPointer {
    /// The parts between separators, in place: one more than there are separators.
    func parts(between separator: UInt8) -> [UnsafeRawBufferPointer] {
        var parts: [UnsafeRawBufferPointer] = []
        appendParts(between: separator, to: &parts)
        return parts
    }

    /// Appends the parts between separators, in place, to `parts`, whose memory is used again.
    func appendParts(between separator: UInt8, to parts: inout [UnsafeRawBufferPointer]) {
        guard var start = baseAddress else { return parts.append(self) }
        let end = start + count
        while let found = memchr(start, Int32(separator), end - start) {
            parts.append(UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(found) - start))
            start = UnsafeRawPointer(found) + 1
        }
        parts.append(UnsafeRawBufferPointer(start: start, count: end - start))
    }
}
