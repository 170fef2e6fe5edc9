import Files
import Foundation

/// Refuses a write before a disk is full: what was written already still has to be brought to its place.
struct DiskGuard: Sendable {
    /// A folder on the disk.
    let folder: URL
    /// Bytes that have to stay free.
    let least: Int

    /// Refuses where too little is free.
    ///
    /// - Parameter bytes: how much is about to be written, beyond what the guard keeps free.
    /// - Throws: ``DatabaseError``: `isFull`.
    func check(for bytes: Int = 0) throws {
        let free = try Folder.freeSpace(at: folder)
        guard free < Double(least + bytes) else { return }
        func megabytes(_ bytes: Double) -> String { String(format: "%.1f MB", bytes / 1e6) }
        throw DatabaseError(
            .isFull,
            UserError(
                "\(megabytes(free)) are free on this disk, and \(megabytes(Double(least))) have to stay so", at: folder.path,
                remedy: "Free some space on this disk; what is there can still be read."))
    }
}
