import CFileSystem
import Files
package import Foundation

/// A folder that this program makes, locked against other writers as long as this lives.
///
/// Opening it follows links, takes the lock, puts back what a killed writer left as the only copy, removes what else it left, and
/// refuses a folder that holds something of another kind. The lock is a file beside the folder, `.NAME.lock`: whoever holds it knows
/// that `.NAME.*.partial` and `.NAME.*.old` are of writers that are no more, on whichever machine and under whichever number they ran.
///
/// ```swift
/// let place = try OwnedFolder(.dataset, at: folder, for: .replacing, apart: rawFiles)
/// try place.create { partial in ... }
/// ```
package final class OwnedFolder: Sendable {
    /// What a folder is opened for.
    package enum Purpose: Sendable {
        /// To be made where nothing, or an empty folder, is.
        case making
        /// To be made; an older folder of its kind is replaced.
        case replacing
        /// To be continued, or made.
        case going
    }

    /// What it is.
    package let kind: FolderKind
    /// Where it is, links followed.
    package let url: URL
    private let lock: FolderLock

    /// Opens a folder for writing; it need not exist.
    ///
    /// - Parameters:
    ///   - url: as the user gave it.
    ///   - others: what is read for it, or written beside it; none may lie in it, nor it in one of them.
    ///   - lock: the file of its lock; nil for the hidden one beside it.
    /// - Throws: ``UserError`` when another process writes it, or it may not be made or replaced; nothing has then changed.
    package init(
        _ kind: FolderKind, at url: URL, for purpose: Purpose, apart others: [URL] = [], lock: URL? = nil
    ) throws {
        self.kind = kind
        self.url = try FolderPlace.resolved(url)
        try FolderPlace.checkApart(
            outputs: [(url.path, self.url.path)], inputs: others.map { ($0.lastPathComponent, $0.path) })
        try Self.checkContent(kind, self.url, purpose)
        let parent = self.url.deletingLastPathComponent()
        let file = lock ?? parent.appending(path: HiddenName.lock(of: self.url.lastPathComponent))
        try Folder.make(file.deletingLastPathComponent())
        self.lock = try FolderLock(file, of: url)
        try sweep()
        // Once more: what another process made in the meantime, or what was put back.
        try Self.checkContent(kind, self.url, purpose)
    }

    /// Whether there is a folder of its kind already; false where it is missing or empty.
    package var isThere: Bool { !Self.isEmpty(url) && kind.isMarked(url) }

    /// Makes the folder by filling a hidden one beside it, which takes its place once `fill` has returned.
    ///
    /// When `fill` throws, nothing is left behind and an older folder is untouched.
    ///
    /// - Throws: ``UserError`` when the disk fails; whatever `fill` throws.
    package func create<Result>(_ fill: (URL) throws -> Result) throws -> Result {
        try FolderPlace.checkIsNoVolume(url)
        let partial = hidden(.partial)
        guard mkdir(partial.path, 0o755) == 0 else { throw UserError.system("could not create the folder", at: partial.path) }
        var isPlaced = false
        defer { if !isPlaced { try? FileManager.default.removeItem(at: partial) } }
        let result = try fill(partial)
        try put(partial)
        isPlaced = true
        return result
    }

    /// Puts a finished folder in its place, in place of an older one, which is deleted.
    ///
    /// - Parameters:
    ///   - finished: on the same disk.
    ///   - exchanging: false does without the file system's exchange, as where it has none.
    /// - Throws: ``UserError`` when a folder cannot be moved; an older folder is then where it was.
    package func put(_ finished: URL, exchanging: Bool = true) throws {
        func failure() -> UserError { UserError.system("could not put the folder in its place", at: url.path) }
        Folder.flush(finished)
        let old = hidden(.old)
        // A rename replaces an empty folder.
        if Self.isEmpty(url) {
            guard rename(finished.path, url.path) == 0 else { throw failure() }
        } else if try exchanging && exchange(finished) {
            // What was exchanged has to have a name that is swept after a crash.
            guard rename(finished.path, old.path) == 0 else { throw failure() }
        } else {
            // A crash between the two leaves `old` as the only copy, which the next opening puts back.
            guard rename(url.path, old.path) == 0 else { throw failure() }
            guard rename(finished.path, url.path) == 0 else {
                let error = failure()
                rename(old.path, url.path)
                throw error
            }
        }
        Folder.flush(url.deletingLastPathComponent())
        try? FileManager.default.removeItem(at: old)
    }

    /// Where the next copy of a folder that is kept beside it goes: `NAME.previous-1` or the next number that is free.
    package static func nextPrevious(of url: URL) -> URL {
        let parent = url.deletingLastPathComponent()
        let start = url.lastPathComponent + ".previous-"
        let numbers = names(in: parent).compactMap { $0.hasPrefix(start) ? Int($0.dropFirst(start.count)) : nil }
        return parent.appending(path: "\(start)\((numbers.max() ?? 0) + 1)")
    }

    /// Moves the folder beside itself, to `NAME.previous-1` or the next number that is free; what was moved there is never removed.
    ///
    /// - Returns: where it is.
    /// - Throws: ``UserError`` when it cannot be moved, or the program runs in it.
    package func setAside() throws -> URL {
        try Self.checkIsNoHome(kind, url)
        try FolderPlace.checkIsNoVolume(url)
        let parent = url.deletingLastPathComponent()
        let kept = Self.nextPrevious(of: url)
        guard rename(url.path, kept.path) == 0 else { throw UserError.system("could not move the old folder", at: url.path) }
        Folder.flush(parent)
        return kept
    }

    /// Whether somebody writes a folder, or was killed while writing it; false says that there is nothing to put back or to remove.
    package static func isBeingWritten(_ url: URL) -> Bool {
        guard let place = try? FolderPlace.resolved(url) else { return false }
        let lock = place.deletingLastPathComponent().appending(path: HiddenName.lock(of: place.lastPathComponent))
        return FileManager.default.fileExists(atPath: lock.path)
    }

    /// Puts back what a killed writer left as the only copy, for who reads only; does nothing where a folder is there, or is written.
    package static func recover(_ kind: FolderKind, at url: URL) {
        guard !FileManager.default.fileExists(atPath: url.path), let place = try? FolderPlace.resolved(url),
            names(in: place.deletingLastPathComponent()).contains(where: {
                HiddenName.isLeftover($0, of: place.lastPathComponent, .old)
            })
        else { return }
        _ = try? OwnedFolder(kind, at: place, for: .going)
    }

    private func hidden(_ ending: HiddenName.Ending) -> URL {
        url.deletingLastPathComponent().appending(path: HiddenName.new(for: url.lastPathComponent, ending))
    }

    /// False where the file system cannot exchange names.
    private func exchange(_ finished: URL) throws -> Bool {
        if exchange_names(finished.path, url.path) == 0 { return true }
        guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else {
            throw UserError.system("could not put the folder in its place", at: url.path)
        }
        return false
    }

    /// Removes what killed writers left beside the folder and in it; a replaced folder that is the only copy is put back.
    private func sweep() throws {
        let parent = url.deletingLastPathComponent()
        let beside = Self.names(in: parent)
        let old = beside.filter { HiddenName.isLeftover($0, of: url.lastPathComponent, .old) }.map {
            parent.appending(path: $0)
        }
        var status = stat()
        if let newest = old.max(by: { Self.time($0) < Self.time($1) }), lstat(url.path, &status) != 0 {
            guard rename(newest.path, url.path) == 0 else {
                throw UserError.system("could not put the folder back", at: newest.path)
            }
            Folder.flush(parent)
        }
        let partial = beside.filter { HiddenName.isLeftover($0, of: url.lastPathComponent, .partial) }
        for left in old + partial.map({ parent.appending(path: $0) }) { try? FileManager.default.removeItem(at: left) }
        Self.sweepFiles(in: url)
    }

    /// Removes what killed writers of single files left in a folder that is locked.
    package static func sweepFiles(in folder: URL) {
        for name in names(in: folder) where HiddenName.isLeftover(name, .partial) {
            unlink(folder.appending(path: name).path)
        }
    }

    private static func time(_ url: URL) -> Int {
        var status = stat()
        #if canImport(Darwin)
            return stat(url.path, &status) == 0 ? Int(status.st_ctimespec.tv_sec) : 0
        #else
            return stat(url.path, &status) == 0 ? Int(status.st_ctim.tv_sec) : 0
        #endif
    }

    static func names(in folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    /// Whether nothing is there, or an empty folder.
    static func isEmpty(_ url: URL) -> Bool {
        var status = stat()
        guard lstat(url.path, &status) == 0 else { return true }
        return status.st_mode & S_IFMT == S_IFDIR && (try? FileManager.default.contentsOfDirectory(atPath: url.path)) == []
    }
}
