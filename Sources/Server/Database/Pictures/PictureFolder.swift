import Files
package import Foundation
package import Pictures
import Synchronization

/// The pictures of a server's items: files by the hash of their bytes.
///
/// A picture is on the disk before a database names it, under the SHA-256 of its bytes, so that the same bytes lie there once. What is
/// served is never what somebody sent: it is made anew from the pixels, upright and without what cameras write beside them.
package final class PictureFolder: Sendable {
    /// What is taken: 24 million pixels, turned as the camera was held.
    package static let options = PictureOptions(maximumPixels: 24_000_000)
    /// Pixels that a side has at most.
    package static let longestSide = 16_384

    /// Where it is.
    let url: URL
    let space: DiskGuard
    /// Decoding takes memory by the hundred megabytes: few do it at a time, on threads of their own.
    private let decoding = OperationQueue()
    /// Held where a file is found again, or removed because nobody needs it.
    private let removal = Mutex(())

    /// Opens a folder, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - url: the folder, of which its only user is this program.
    ///   - leastFree: bytes that stay free on its disk.
    /// - Throws: ``UserError`` where it cannot be made.
    package init(_ url: URL, leastFree: Int = SQLiteOptions().leastFree) throws {
        self.url = url
        space = DiskGuard(folder: url, least: leastFree)
        decoding.maxConcurrentOperationCount = 2
        decoding.qualityOfService = .utility
        for kind in Kind.allCases { try Folder.make(url.appending(path: kind.rawValue)) }
    }

    /// What lies in the folder: what was sent, and what is made of it.
    enum Kind: String, CaseIterable {
        case original, whole, thumbnail
    }

    /// The place of a picture, in one of 256 folders of each kind; nil where the name is none.
    func place(_ name: String, _ kind: Kind) -> URL? { Self.place(name, kind, in: url) }

    private static func place(_ name: String, _ kind: Kind, in url: URL) -> URL? {
        let isName = name.utf8.count == 64 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return isName ? url.appending(path: "\(kind.rawValue)/\(name.prefix(2))/\(name)") : nil
    }

    /// The file of a picture in a folder that another process may have.
    ///
    /// - Throws: ``UserError`` where it is missing.
    package static func file(of name: String, in url: URL) throws -> URL {
        guard let file = place(name, .original, in: url), FileManager.default.fileExists(atPath: file.path) else {
            throw UserError("there is no picture \(name.quoted)", at: url.path, remedy: "Put the folder's backup in its place.")
        }
        return file
    }

    /// Checks that bytes are a picture, and keeps them.
    ///
    /// - Returns: the picture's name, which a database may now hold.
    /// - Throws: ``UserError`` where they are no JPEG, PNG or WebP file, a damaged one, or one of too many pixels; ``DatabaseError``
    ///   where the disk is full or cannot be written.
    package func store(_ bytes: Data) async throws -> String {
        _ = try await picture(bytes, name: "the picture")
        let name = bytes.withUnsafeBytes { ContentHash.of($0) }
        // A hash is a name.
        let file = place(name, .original)!
        if touch(file) { return name }
        try space.check(for: bytes.count)
        try keep(bytes, at: file)
        return name
    }

    /// Whether there is a picture of a name.
    package func has(_ name: String) -> Bool {
        place(name, .original).map { FileManager.default.fileExists(atPath: $0.path) } ?? false
    }

    /// The file of a picture as it was sent, for the encoders; nil where there is none of this name.
    package func file(of name: String) -> URL? { has(name) ? place(name, .original) : nil }

    /// Where the file of a picture is, or would have to be; nil where the name is none.
    package func place(of name: String) -> URL? { place(name, .original) }

    /// A picture as it was sent; nil where there is none of this name.
    ///
    /// - Throws: ``DatabaseError`` where it cannot be read.
    package func original(_ name: String) throws -> Data? {
        guard has(name), let file = place(name, .original) else { return nil }
        do { return try MappedFile(file).withBytes { Data($0) } } catch let error as UserError {
            throw DatabaseError(.failed, error)
        }
    }

    /// The pixels of a picture's bytes.
    ///
    /// - Throws: ``UserError`` where the bytes are no picture, or too large a one.
    package func picture(_ bytes: Data, name: String) async throws -> Picture {
        try await onOwnThread {
            let picture = try bytes.withUnsafeBytes { try Picture(bytes: $0, name: name, options: Self.options) }
            guard max(picture.width, picture.height) <= Self.longestSide else {
                throw UserError(
                    "the picture has \(picture.width) x \(picture.height) pixels, allowed are \(Self.longestSide) a side",
                    at: name, remedy: "Scale the picture down, or leave it out.")
            }
            return picture
        }
    }

    /// Does what takes long as soon as less than two do.
    func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            decoding.addOperation { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    /// Writes a file and its folder to the disk.
    func keep(_ bytes: Data, at file: URL) throws {
        let folder = file.deletingLastPathComponent()
        do {
            if !FileManager.default.fileExists(atPath: folder.path) {
                try Folder.make(folder)
                Folder.flush(folder.deletingLastPathComponent())
            }
            try AtomicFile.write(bytes, to: file)
        } catch let error as UserError {
            throw DatabaseError(reason(forFailing: bytes.count), error)
        }
    }

    /// Why so many bytes could not be written.
    private func reason(forFailing bytes: Int) -> DatabaseError.Reason {
        if access(url.path, W_OK) != 0 { return .isReadOnly }
        guard let free = try? Folder.freeSpace(at: url) else { return .failed }
        return free < Double(bytes) ? .isFull : .failed
    }

    /// Whether a file is there; its age begins anew then, so that nobody removes what is about to be named.
    private func touch(_ file: URL) -> Bool { removal.withLock { _ in utimes(file.path, nil) == 0 } }

    /// Removes a file that was not touched since some time.
    ///
    /// - Returns: whether it was there, and as old.
    func remove(_ file: URL, untouchedSince time: Date) -> Bool {
        removal.withLock { _ in
            var status = stat()
            guard stat(file.path, &status) == 0, status.lastChange < time else { return false }
            return unlink(file.path) == 0
        }
    }
}

extension stat {
    /// When the file was written, or touched.
    fileprivate var lastChange: Date {
        #if canImport(Darwin)
            let time = st_mtimespec
        #else
            let time = st_mtim
        #endif
        return Date(timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
}
