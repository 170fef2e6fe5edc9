import CCrypto
package import Foundation

/// A cryptographic hash over bytes, text and files, written as hexadecimal digits.
package struct ContentHash {
    /// What is computed; libcrypto does it.
    package enum Algorithm {
        /// 64 digits; what we write ourselves.
        case sha256
        /// 40 digits; only to check what others wrote, as git does.
        case sha1
    }

    /// The state of a hash, which copies of the value share until one of them continues.
    private final class State {
        let context: OpaquePointer

        init(_ algorithm: Algorithm) {
            context = Self.made()
            let isReady = EVP_DigestInit_ex(context, algorithm == .sha256 ? EVP_sha256() : EVP_sha1(), nil)
            precondition(isReady == 1, "libcrypto has no \(algorithm)")
        }

        init(copying other: State) {
            context = Self.made()
            precondition(EVP_MD_CTX_copy_ex(context, other.context) == 1, "libcrypto cannot copy a hash")
        }

        deinit { EVP_MD_CTX_free(context) }

        private static func made() -> OpaquePointer {
            guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a hash") }
            return context
        }
    }

    private var state: State

    /// Starts a hash of nothing.
    package init(_ algorithm: Algorithm = .sha256) { state = State(algorithm) }

    /// Adds bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&state) { state = State(copying: state) }
        EVP_DigestUpdate(state.context, bytes.baseAddress, bytes.count)
    }

    /// Adds text, with its length first so that `("ab", "c")` and `("a", "bc")` differ.
    package mutating func update(_ text: String) {
        withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { update($0) }
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// The digits of the hash of all that was added.
    package var digits: String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The bytes of the hash of all that was added.
    package var bytes: [UInt8] {
        let ending = State(copying: state)
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_DigestFinal_ex(ending.context, &bytes, &count)
        return Array(bytes.prefix(Int(count)))
    }

    /// The SHA-256 of some bytes.
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
