package import Foundation

/// The list of contents of a zip archive over a mapped file. Entries are read where they are stored as they are, without
/// compression, which is how `torch.save` writes.
///
/// Read is the directory at the archive's end, also in its form for large files (zip64). Checksums are not looked at: torch can be
/// told to write none.
package struct ZipArchive: Sendable {
    /// The mapped file.
    package let file: MappedFile
    /// The bytes of each entry by name, counted from the start of the file.
    package let entries: [String: Range<Int>]

    /// Opens an archive and checks its directory.
    ///
    /// - Throws: ``UserError`` for a file that is missing, cut off or no zip archive, for compressed or encrypted entries, names that
    ///   are there twice, and entries that lie over each other.
    package init(_ url: URL) throws {
        file = try MappedFile(url)
        entries = try file.withBytes { try ZipDirectory(bytes: $0, path: url.path).entries() }
    }

    /// The bytes of an entry; they live as long as ``file``.
    package func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(file.bytes)[range])
    }
}

/// Reads the directory of a zip archive.
struct ZipDirectory {
    let bytes: UnsafeRawBufferPointer
    let path: String

    /// The entries' bytes by name.
    func entries() throws -> [String: Range<Int>] {
        let (count, start) = try directory()
        var entries: [String: Range<Int>] = [:]
        var position = start
        for _ in 0..<count {
            let (name, range, next) = try entry(at: position)
            position = next
            guard entries.updateValue(range, forKey: name) == nil else { throw damaged("the entry \"\(name)\" occurs twice") }
        }
        var end = 0
        for range in entries.values.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard range.lowerBound >= end else { throw damaged("entries lie over each other") }
            end = range.upperBound
        }
        return entries
    }

    /// How many entries there are and where the first one's record begins, from the record at the end of the file.
    private func directory() throws -> (count: Int, start: Int) {
        // The record has 22 bytes and a comment of at most 65535.
        let lowest = max(0, bytes.count - 22 - 65_535)
        guard bytes.count >= 22,
            let end = stride(from: bytes.count - 22, through: lowest, by: -1).first(where: { has(0x0605_4B50, at: $0) })
        else { throw damaged("it has no directory at its end") }
        var count = try number(at: end + 10, bytes: 2)
        var start = try number(at: end + 16, bytes: 4)
        if end >= 20, has(0x0706_4B50, at: end - 20) {
            let large = try number(at: end - 20 + 8, bytes: 8)
            guard large <= bytes.count - 56, has(0x0606_4B50, at: large) else { throw damaged("its zip64 record is missing") }
            count = try number(at: large + 32, bytes: 8)
            start = try number(at: large + 48, bytes: 8)
        }
        // A record has 46 bytes at least.
        guard start <= bytes.count, count <= (bytes.count - start) / 46 else {
            throw damaged("its directory says \(count) entries from byte \(start) on")
        }
        return (count, start)
    }

    private func entry(at position: Int) throws -> (name: String, range: Range<Int>, next: Int) {
        guard has(0x0201_4B50, at: position) else { throw damaged("its directory is cut off") }
        let flags = try number(at: position + 8, bytes: 2)
        let method = try number(at: position + 10, bytes: 2)
        let packedSize = try number(at: position + 20, bytes: 4)
        let wholeSize = try number(at: position + 24, bytes: 4)
        let nameLength = try number(at: position + 28, bytes: 2)
        let extraLength = try number(at: position + 30, bytes: 2)
        let commentLength = try number(at: position + 32, bytes: 2)
        var local = try number(at: position + 42, bytes: 4)
        let extra = position + 46 + nameLength
        let next = extra + extraLength + commentLength
        guard next <= bytes.count else { throw damaged("its directory is cut off") }
        let name = String(decoding: bytes[position + 46..<extra], as: UTF8.self)
        guard method == 0, flags & 1 == 0 else {
            throw UserError(
                "the entry \"\(name)\" of the archive is compressed or encrypted", at: path,
                remedy: "Write the file with torch.save, or pack it without compression.")
        }
        // Numbers that do not fit 4 bytes are all ones here and lie in the extra field of zip64, in this order.
        let large = 0xFFFF_FFFF
        var fields = try zip64Fields(extra..<extra + extraLength)[...]
        var size = packedSize
        if wholeSize == large { size = fields.popFirst() ?? size }
        if packedSize == large { size = fields.popFirst() ?? size }
        if local == large { local = fields.popFirst() ?? local }
        guard local <= bytes.count - 30, has(0x0403_4B50, at: local) else {
            throw damaged("the entry \"\(name)\" does not begin at byte \(local)")
        }
        let start = local + 30 + (try number(at: local + 26, bytes: 2)) + (try number(at: local + 28, bytes: 2))
        guard start <= bytes.count, size <= bytes.count - start else {
            throw damaged("the entry \"\(name)\" of \(size) bytes is cut off")
        }
        return (name, start..<start + size, next)
    }

    /// The 8 byte numbers of the extra field with the number 1.
    private func zip64Fields(_ range: Range<Int>) throws -> [Int] {
        var position = range.lowerBound
        while position + 4 <= range.upperBound {
            let kind = try number(at: position, bytes: 2)
            let length = try number(at: position + 2, bytes: 2)
            guard length <= range.upperBound - position - 4 else { return [] }
            if kind == 1 { return try (0..<length / 8).map { try number(at: position + 4 + $0 * 8, bytes: 8) } }
            position += 4 + length
        }
        return []
    }

    /// A number, the least significant byte first.
    private func number(at position: Int, bytes count: Int) throws -> Int {
        guard position >= 0, position <= bytes.count - count else { throw damaged("it is cut off") }
        let value = (0..<count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[position + $1]) }
        guard let number = Int(exactly: value) else { throw damaged("it says a size of \(value) bytes") }
        return number
    }

    private func has(_ mark: UInt32, at position: Int) -> Bool {
        position >= 0 && position <= bytes.count - 4
            && UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)) == mark
    }

    private func damaged(_ problem: String) -> UserError {
        UserError("the zip archive is damaged: \(problem)", at: path, remedy: "Copy or write the file again.")
    }
}
