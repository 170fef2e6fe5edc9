import Files
package import Foundation

/// A file that is made in steps and is there whole or not at all; who goes on after a stop or a kill finds what was done.
///
/// What is written lies beside its place in `.NAME.building`, and `.NAME.building.json` says how many steps of which work are in it. A
/// kill loses at most what came since that was last written; the bytes behind it are cut off then, so that a finished file is the same
/// whether its writer was disturbed or not.
package final class GrowingFile {
    /// Where the finished file will be.
    package let url: URL
    /// How many steps are done.
    package private(set) var done: Int
    private let building: URL
    private let stateFile: URL
    private let inputs: String
    private let descriptor: Int32
    private let lock: FolderLock
    private var size: Int
    private var noted: Int
    private var lastNote = Date()
    private var isFinished = false

    /// Seconds of work that a crash of the machine may lose.
    private static let interval = 3.0

    private struct State: Codable {
        var inputs: String
        var done: Int
        var size: Int
    }

    /// Starts a file, or goes on with one.
    ///
    /// - Parameters:
    ///   - inputs: a hash of all that the bytes follow from: what was made of others is made again.
    ///   - replacing: whether an older file may be there, which stays until the new one is whole.
    /// - Throws: ``UserError`` when something is there that is not to be replaced, another process writes it, or the disk fails.
    package init(_ url: URL, inputs: String, replacing: Bool) throws {
        let place = try FolderPlace.resolved(url)
        self.url = place
        self.inputs = inputs
        let folder = place.deletingLastPathComponent()
        let name = place.lastPathComponent
        do { try Self.check(place, replacing) } catch {
            Self.sweep(folder, name, of: place)
            throw error
        }
        try Folder.make(folder)
        lock = try FolderLock(folder.appending(path: HiddenName.lock(of: name)), of: place)
        try Self.check(place, replacing)
        building = folder.appending(path: HiddenName.building(of: name))
        stateFile = folder.appending(path: HiddenName.building(of: name) + ".json")
        descriptor = open(building.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserError.system("could not create the file", at: place.path) }
        var status = stat()
        let there = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        let state = try? JSONFile.read(State.self, from: stateFile)
        if let state, state.inputs == inputs, state.size <= there, state.done > 0 {
            (done, size) = (state.done, state.size)
        } else {
            (done, size) = (0, 0)
        }
        noted = done
        guard ftruncate(descriptor, off_t(size)) == 0, lseek(descriptor, off_t(size), SEEK_SET) >= 0 else {
            throw UserError.system("could not write the file", at: place.path)
        }
    }

    /// Removes what a writer left beside its finished file because it was killed right after it had put that in its place.
    private static func sweep(_ folder: URL, _ name: String, of place: URL) {
        let (lockFile, building) = (HiddenName.lock(of: name), HiddenName.building(of: name))
        let left = [lockFile, building + ".json"].map { folder.appending(path: $0) }
        guard left.contains(where: { FileManager.default.fileExists(atPath: $0.path) }),
            // Held by nobody; it goes with the lock's object.
            let lock = try? FolderLock(left[0], of: place)
        else { return }
        withExtendedLifetime(lock) {
            if !FileManager.default.fileExists(atPath: folder.appending(path: building).path) { unlink(left[1].path) }
        }
    }

    private static func check(_ place: URL, _ replacing: Bool) throws {
        var status = stat()
        guard lstat(place.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw UserError("is no plain file", at: place.path, remedy: "Name a file that is not there yet.")
        }
        guard replacing else {
            throw UserError(
                "already exists", at: place.path,
                remedy: "Give --replace to put a new one in its place, or choose another path.")
        }
    }

    /// Appends the bytes of some steps.
    ///
    /// - Parameter done: how many steps are done then.
    /// - Throws: ``UserError`` when the disk is full or fails; what was noted before can be gone on with.
    package func append(_ bytes: [UInt8], done: Int) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.base.baseAddress! + rest.startIndex, rest.count)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw UserError.system("could not write the file", at: url.path) }
                rest = rest.dropFirst(written)
            }
        }
        size += bytes.count
        self.done = done
        if Date().timeIntervalSince(lastNote) >= Self.interval { try note() }
    }

    /// Notes what is done, on the disk.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails.
    package func note() throws {
        lastNote = Date()
        guard done > noted else { return }
        guard fsync(descriptor) == 0 else { throw UserError.system("could not flush the file to the disk", at: url.path) }
        try JSONFile.write(State(inputs: inputs, done: done, size: size), to: stateFile)
        noted = done
    }

    /// Flushes the file to the disk and puts it in its place, over an older one.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package func commit() throws {
        guard fsync(descriptor) == 0 else { throw UserError.system("could not flush the file to the disk", at: url.path) }
        guard rename(building.path, url.path) == 0 else {
            throw UserError.system("could not put the file in its place", at: url.path)
        }
        isFinished = true
        unlink(stateFile.path)
        Folder.flush(url.deletingLastPathComponent())
    }

    deinit {
        close(descriptor)
        // Nothing to go on with.
        if !isFinished, noted == 0 { unlink(building.path) }
    }
}
