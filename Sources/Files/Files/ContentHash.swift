import Crypto
package import Foundation

/// A SHA-256 over bytes, text and files, written as 64 hexadecimal digits.
package struct ContentHash {
    private var hasher = SHA256()

    /// Starts a hash of nothing.
    package init() {}

    /// Adds bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }

    /// Adds text, with its length first so that `("ab", "c")` and `("a", "bc")` differ.
    package mutating func update(_ text: String) {
        var length = UInt64(text.utf8.count).littleEndian
        withUnsafeBytes(of: &length) { hasher.update(bufferPointer: $0) }
        hasher.update(data: Data(text.utf8))
    }

    /// The digits of the hash of all that was added.
    package var digits: String { hasher.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }

    /// The hash of some bytes.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        var hash = ContentHash()
        hash.update(bytes)
        return hash.digits
    }

    /// The hash of some texts in their order, as of ``update(_:)-(String)`` with each.
    package static func of(texts: some Sequence<String>) -> String {
        var hash = ContentHash()
        // In pieces: to call the hash for every short text would cost more than to compute it.
        var piece: [UInt8] = []
        for text in texts {
            withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { piece.append(contentsOf: $0) }
            piece.append(contentsOf: text.utf8)
            guard piece.count >= 1 << 16 else { continue }
            piece.withUnsafeBytes { hash.update($0) }
            piece.removeAll(keepingCapacity: true)
        }
        piece.withUnsafeBytes { hash.update($0) }
        return hash.digits
    }

    /// The hash of a file's bytes, read in parts: the file may be larger than the memory.
    ///
    /// - Throws: ``UserError`` when the file cannot be read.
    package static func of(file url: URL) throws -> String {
        var hash = ContentHash()
        try hash.update(file: url, size: MappedFile(url).bytes.count)
        return hash.digits
    }

    /// Adds the first `size` bytes of a file, read in parts.
    ///
    /// - Throws: ``UserError`` when the file cannot be read.
    package mutating func update(file url: URL, size: Int) throws {
        let file = try RandomAccessFile(reading: url)
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: min(max(size, 1), 4 << 20), alignment: 64)
        defer { part.deallocate() }
        for start in stride(from: 0, to: size, by: part.count) {
            let bytes = UnsafeMutableRawBufferPointer(rebasing: part[..<min(part.count, size - start)])
            try file.read(into: bytes, at: start)
            update(UnsafeRawBufferPointer(bytes))
        }
    }
}
