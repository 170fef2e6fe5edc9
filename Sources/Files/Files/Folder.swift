import CFileSystem
package import Foundation

/// Making folders, their room and their way to the disk.
package enum Folder {
    /// Checks that a disk has room.
    ///
    /// - Parameters:
    ///   - bytes: what will be written.
    ///   - url: an existing folder on that disk.
    /// - Throws: ``UserError`` that says how much is needed and how much is free.
    package static func checkSpace(for bytes: Int, at url: URL) throws {
        let free = try freeSpace(at: url)
        guard Double(bytes) <= free else {
            func megabytes(_ bytes: Double) -> String { String(format: "%.1f MB", bytes / 1e6) }
            throw UserError(
                "\(megabytes(Double(bytes))) are needed and \(megabytes(free)) are free on this disk", at: url.path,
                remedy: "Free some space or choose another folder; nothing was written.")
        }
    }

    /// Bytes that are free on the disk of an existing folder.
    ///
    /// - Throws: ``UserError`` when the system does not say.
    package static func freeSpace(at url: URL) throws -> Double {
        var status = statvfs()
        guard statvfs(url.path, &status) == 0 else {
            throw UserError.system("could not read the disk's free space", at: url.path)
        }
        return Double(status.f_bavail) * Double(status.f_frsize)
    }

    /// Makes a folder and its parents where they are missing.
    package static func make(_ url: URL) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw UserError.system("could not create the folder", at: url.path, error: error)
        }
    }

    /// Flushes a folder's list of names to the disk, so that a rename outlives a power cut.
    package static func flush(_ url: URL) {
        let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Flushes many small files of one folder to the disk at once, and their names.
    ///
    /// On Linux one call flushes the whole file system, which for thousands of files costs less than a call each; elsewhere each file
    /// is flushed.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package static func flushFiles(in url: URL) throws {
        #if os(Linux)
            let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw UserError.system("could not open the folder", at: url.path) }
            defer { close(descriptor) }
            guard flush_file_system(descriptor) == 0 else {
                throw UserError.system("could not flush the files to the disk", at: url.path)
            }
        #else
            for name in try FileManager.default.contentsOfDirectory(atPath: url.path) {
                let file = open(url.appending(path: name).path, O_RDONLY | O_CLOEXEC)
                guard file >= 0, fsync(file) == 0 else {
                    throw UserError.system("could not flush the file to the disk", at: url.appending(path: name).path)
                }
                close(file)
            }
            flush(url)
        #endif
    }
}

/// Names of what is not finished, or is about to go: `.NAME.PID-NUMBER.partial` and `.NAME.PID-NUMBER.old`, beside its place.
package enum HiddenName {
    /// What becomes of it.
    package enum Ending: String, CaseIterable {
        /// Is being filled; goes when its writer has failed.
        case partial
        /// Was replaced; goes, unless it is the only copy.
        case old
    }

    /// A name that nothing has yet.
    package static func new(for name: String, _ ending: Ending) -> String {
        ".\(stem(of: name)).\(getpid())-\(UInt32.random(in: 0 ... .max)).\(ending.rawValue)"
    }

    /// The file on which the lock of a folder of this name is held: `.NAME.lock`.
    package static func lock(of name: String) -> String { ".\(stem(of: name)).lock" }

    /// The file that a file of this name is made in where its making can be gone on with: `.NAME.building`.
    package static func building(of name: String) -> String { ".\(stem(of: name)).building" }

    /// Whether something is what a writer of `name` left; of any name where it is nil.
    package static func isLeftover(_ hidden: String, of name: String? = nil, _ ending: Ending) -> Bool {
        let end = ".\(ending.rawValue)"
        guard hidden.hasPrefix("."), hidden.hasSuffix(end) else { return false }
        let rest = hidden.dropFirst().dropLast(end.count)
        guard let point = rest.lastIndex(of: ".") else { return false }
        let numbers = rest[rest.index(after: point)...].split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            return false
        }
        return name.map { rest[..<point] == stem(of: $0) } ?? (point > rest.startIndex)
    }

    /// The name, or a hash in place of one that would be too long with what is added to it.
    private static func stem(of name: String) -> String {
        name.utf8.count <= 200 ? name : String(ContentHash.of(texts: [name]).prefix(32))
    }
}
