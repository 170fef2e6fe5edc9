/// Bytes that stay where they are while no more room is asked for.
final class TextMemory {
    private(set) var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 10, alignment: 16)
    /// How many bytes are in use.
    var count = 0

    deinit { bytes.deallocate() }

    /// Makes room for some more bytes. What was in use may move.
    func reserve(_ more: Int) {
        guard count + more > bytes.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count + more, bytes.count * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        bytes.deallocate()
        bytes = larger
    }

    /// Appends a byte, for which there must be room.
    func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    /// Appends bytes, for which room is made.
    func append(contentsOf more: UnsafeRawBufferPointer) {
        reserve(more.count)
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: more)
        count += more.count
    }

    /// The bytes of a range.
    subscript(range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
}
