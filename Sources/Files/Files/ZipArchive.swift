import Foundation

/// The list of contents of a zip archive over a mapped file. Entries are read where they are stored as they are, without
/// compression, which is how `torch.save` writes.
///
/// Read is the directory at the archive's end, also in its form for large files (zip64). Checksums are not looked at: torch can be
/// told to write none.
public struct ZipArchive: Sendable {
    /// The mapped file.
    public let file: MappedFile
    /// The bytes of each entry by name, counted from the start of the file.
    public let entries: [String: Range<Int>]

    /// Opens an archive and checks its directory.
    ///
    /// - Throws: ``UserError`` for a file that is missing, cut off or no zip archive, for compressed or encrypted entries, names that
    ///   are there twice, and entries that lie over each other.
    public init(_ url: URL) throws {
        file = try MappedFile(url)
        entries = try file.withBytes { try ZipDirectory(bytes: $0, path: url.path).entries() }
    }

    /// The bytes of an entry; they live as long as ``file``.
    public func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(file.bytes)[range])
    }
}
