import Foundation

/// Folders that appear whole or not at all.
public enum Folder {
    /// Makes a folder by filling a hidden one beside it, which takes its place once `fill` has returned.
    ///
    /// When `fill` throws, nothing is left behind and an older folder at `url` is untouched.
    ///
    /// - Parameters:
    ///   - url: where the folder will be; its parents are made.
    ///   - replacing: whether an older folder there gives way.
    ///   - fill: writes the contents into the folder it is given.
    /// - Throws: ``UserError`` when the folder exists and `replacing` is false, or the disk fails; whatever `fill` throws.
    public static func create<Result>(at url: URL, replacing: Bool = false, _ fill: (URL) throws -> Result) throws -> Result {
        let files = FileManager.default
        if !replacing, files.fileExists(atPath: url.path) {
            throw UserError("already exists", at: url.path, remedy: "Choose another path, or remove this folder first.")
        }
        try make(url.deletingLastPathComponent())
        let token = "\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let partial = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).\(token).partial")
        guard mkdir(partial.path, 0o755) == 0 else { throw UserError.system("could not create the folder", at: partial.path) }
        var placed = false
        defer { if !placed { try? files.removeItem(at: partial) } }
        let result = try fill(partial)
        try put(partial, at: url)
        placed = true
        return result
    }

    /// Puts a finished folder in its place, over an older one.
    ///
    /// - Parameters:
    ///   - finished: the folder to move; on the same disk as `url`.
    ///   - url: where it will be.
    /// - Throws: ``UserError`` when a folder cannot be moved; an older folder is then where it was.
    public static func put(_ finished: URL, at url: URL) throws {
        let parent = url.deletingLastPathComponent()
        flush(finished)
        if FileManager.default.fileExists(atPath: url.path) {
            let token = "\(getpid())-\(UInt32.random(in: 0 ... .max))"
            let old = parent.appending(path: ".\(url.lastPathComponent).\(token).old")
            guard rename(url.path, old.path) == 0 else { throw UserError.system("could not move the old folder", at: url.path) }
            guard rename(finished.path, url.path) == 0 else {
                let error = UserError.system("could not put the folder in its place", at: url.path)
                rename(old.path, url.path)
                throw error
            }
            try? FileManager.default.removeItem(at: old)
        } else {
            guard rename(finished.path, url.path) == 0 else {
                throw UserError.system("could not put the folder in its place", at: url.path)
            }
        }
        flush(parent)
    }

    /// Checks that a disk has room.
    ///
    /// - Parameters:
    ///   - bytes: what will be written.
    ///   - url: an existing folder on that disk.
    /// - Throws: ``UserError`` that says how much is needed and how much is free.
    public static func checkSpace(for bytes: Int, at url: URL) throws {
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
    public static func freeSpace(at url: URL) throws -> Double {
        var status = statvfs()
        guard statvfs(url.path, &status) == 0 else {
            throw UserError.system("could not read the disk's free space", at: url.path)
        }
        return Double(status.f_bavail) * Double(status.f_frsize)
    }

    /// Makes a folder and its parents where they are missing.
    public static func make(_ url: URL) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw UserError("could not create the folder: \(error.localizedDescription)", at: url.path)
        }
    }

    /// Flushes a folder's list of names to the disk, so that a rename outlives a power cut.
    static func flush(_ url: URL) {
        let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
