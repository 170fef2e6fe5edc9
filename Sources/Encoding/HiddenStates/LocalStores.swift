package import Files
package import Foundation
import Owned

/// Copies of stores on a disk of this machine's own: what lies on a network is read once and in order, and from here whenever a training
/// asks for rows of it.
///
/// A copy is called by the checksums of what it holds, so that it is never that of an older store. It is there as a whole or not at all, every
/// shard compared with the store's checksum on its way. One process copies at a time, and others, as those of one training, wait and find
/// the copy. Copies beyond the limit go, those first that were not asked for the longest; a process that reads one keeps reading it.
package struct LocalStores: Sendable {
    /// Where the copies are.
    package let folder: URL
    /// Bytes that all copies together may take.
    package let limit: Int

    /// Bytes that are copied at a time, and as many are asked for ahead of each.
    private static let step = 16 << 20

    /// Names a folder; it need not exist.
    package init(_ folder: URL, limit: Int) { (self.folder, self.limit) = (folder, limit) }

    /// The copy of a store, which is made where there is none.
    ///
    /// - Parameters:
    ///   - onMessage: is told what is waited for, and what goes.
    ///   - progress: is called with bytes.
    /// - Returns: the copy; nil for a store that alone is larger than the limit.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when a shard is damaged or the disk is full; nothing is then left.
    package func copy(
        of store: HiddenStateStore, onMessage: (String) -> Void = { _ in }, progress: WorkProgress.Handler? = nil,
        stop: StopToken = StopToken()
    ) throws -> HiddenStateStore? {
        let place = folder.appending(path: Self.name(of: store))
        try Folder.make(folder)
        let lock = try FolderLock(waitingFor: folder.appending(path: ".copies.lock"), of: folder, stop: stop) {
            onMessage("waiting for the copies in \(folder.path): \($0)")
        }
        defer { withExtendedLifetime(lock) {} }
        if let kept = try? HiddenStateStore.open(place, expecting: store.identity) {
            Copy(place).touch()
            return kept
        }
        let files = store.manifest.shards.map(\.file) + [StoreManifest.itemsFileName, StoreManifest.fileName]
        let sizes = try files.map { try MappedFile(store.folder.appending(path: $0)).bytes.count }
        let size = sizes.reduce(0, +)
        guard size <= limit else { return nil }
        try makeRoom(for: size, onMessage)
        try Folder.checkSpace(for: size, at: folder)
        let sums = store.manifest.shards.map(\.sha256) + [store.manifest.items.sha256]
        try OwnedFolder(.store, at: place, for: .replacing).create { partial in
            var done = 0
            for (number, file) in files.enumerated() {
                let target = partial.appending(path: file)
                try Folder.make(target.deletingLastPathComponent())
                let sum = try copy(store.folder.appending(path: file), size: sizes[number], to: target) { count in
                    try stop.check()
                    done += count
                    progress?(WorkProgress("copying \(store.folder.path)", done: done, total: size, unit: "bytes"))
                }
                // The manifest, the last, has no checksum but what it says of all others.
                guard number >= sums.count || sum == sums[number] else {
                    throw UserError(
                        "the file's bytes are not the ones that were written (its SHA-256 differs)",
                        at: store.folder.appending(path: file).path,
                        remedy: "Copy the store again from where it came, or remove it and encode again.")
                }
            }
        }
        return try HiddenStateStore.open(place, expecting: store.identity)
    }

    /// The name of a store's copy: 32 digits of a hash of its checksums.
    static func name(of store: HiddenStateStore) -> String {
        let manifest = store.manifest
        return String(
            ContentHash.of(texts: [manifest.identityHash, manifest.items.sha256] + manifest.shards.map(\.sha256)).prefix(32))
    }

    /// Copies a file and flushes it; its SHA-256.
    private func copy(_ file: URL, size: Int, to target: URL, _ onBytes: (Int) throws -> Void) throws -> String {
        let source = try RandomAccessFile(reading: file)
        let copy = try AtomicFile(target)
        var hash = ContentHash()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(max(size, 1), Self.step), alignment: 64)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: size, by: Self.step) {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(Self.step, size - start)])
            let next = start + part.count
            source.willRead(next..<min(next + Self.step, size))
            try source.read(into: part, at: start)
            hash.update(UnsafeRawBufferPointer(part))
            try copy.write(UnsafeRawBufferPointer(part))
            try onBytes(part.count)
        }
        try copy.commit()
        return hash.digits
    }

    /// Removes what was not asked for the longest, until so many bytes more are within the limit.
    private func makeRoom(for size: Int, _ onMessage: (String) -> Void) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var copies = names.filter(Copy.isName).map { Copy(folder.appending(path: $0)) }.sorted { $0.asked < $1.asked }[...]
        while copies.reduce(size, { $0 + $1.size }) > limit, let oldest = copies.popFirst() {
            onMessage("\(oldest.folder.path) goes to make room for another copy")
            do { try FileManager.default.removeItem(at: oldest.folder) } catch {
                throw UserError.system("could not remove the copy", at: oldest.folder.path, error: error)
            }
        }
    }

    /// A copy in the folder.
    private struct Copy {
        let folder: URL
        /// Bytes of its files.
        let size: Int
        /// When it was asked for last.
        let asked: Date

        init(_ folder: URL) {
            self.folder = folder
            let keys: Set<URLResourceKey> = [.fileSizeKey]
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: Array(keys))
            size =
                files?.reduce(0) { $0 + (((($1 as? URL).flatMap { try? $0.resourceValues(forKeys: keys) })?.fileSize) ?? 0) }
                ?? 0
            let manifest = folder.appending(path: StoreManifest.fileName)
            let attributes = try? FileManager.default.attributesOfItem(atPath: manifest.path)
            asked = attributes?[.modificationDate] as? Date ?? .distantPast
        }

        /// Notes that it was asked for.
        func touch() { utimes(folder.appending(path: StoreManifest.fileName).path, nil) }

        /// Whether a folder is called as copies are.
        static func isName(_ name: String) -> Bool {
            name.utf8.count == 32 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
    }
}
