package import Files
package import Foundation
import Owned

/// Copies of stores on a disk of this machine's own: what lies on a network is read once and in order, and from here whenever a training
/// asks for rows of it.
///
/// A copy is called by the checksums of what it holds, so that it is never that of an older store. It is there as a whole or not at all, every
/// shard compared with the store's checksum on its way. One process copies at a time, and others that have none yet wait for it. Copies beyond
/// the limit go, those first that were not asked for the longest; a process that reads one keeps reading it.
package struct LocalStores: Sendable {
    /// Where the copies are.
    package let folder: URL
    /// Bytes that all copies together may take.
    package let limit: Int

    /// Bytes that are copied at a time, and as many are asked for ahead of each.
    private static let step = 16 << 20

    /// Names a folder; it need not exist.
    package init(_ folder: URL, limit: Int) { (self.folder, self.limit) = (folder, limit) }

    /// The copy of a store that is there; nil where there is none, or a damaged one. It counts as asked for.
    package func kept(_ store: HiddenStateStore) -> HiddenStateStore? {
        let place = place(of: store)
        // Opening maps the shards, and reads the items only where they are asked for.
        guard let kept = try? HiddenStateStore.open(place, expecting: store.identity),
            FileManager.default.fileExists(atPath: place.appending(path: StoreManifest.itemsFileName).path)
        else { return nil }
        Copy(place).touch()
        return kept
    }

    /// The copy of a store, which is made where there is none.
    ///
    /// - Parameters:
    ///   - keeping: folders of copies that this process reads: they stay.
    ///   - onMessage: is told what is waited for, what goes, and why there is no copy.
    ///   - progress: is called with bytes.
    /// - Returns: the copy; nil where the limit or the disk has no room for it.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when a shard is damaged or the disk fails; nothing is then left.
    package func copy(
        of store: HiddenStateStore, keeping: [URL] = [], onMessage: (String) -> Void = { _ in },
        progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> HiddenStateStore? {
        if let kept = kept(store) { return kept }
        do { try Folder.make(folder) } catch var error as UserError {
            error.remedy = "Name another folder as encode.cache.folder."
            throw error
        }
        let lock = try FolderLock(waitingFor: folder.appending(path: ".copies.lock"), of: folder, stop: stop) {
            onMessage("waiting for the copies in \(folder.path): \($0)")
        }
        defer { withExtendedLifetime(lock) {} }
        if let kept = kept(store) { return kept }
        sweep()
        let files = store.manifest.shards.map(\.file) + [StoreManifest.itemsFileName, StoreManifest.fileName]
        let sizes = try files.map { try MappedFile(store.folder.appending(path: $0)).bytes.count }
        let size = sizes.reduce(0, +)
        if let reason = try makeRoom(for: size, keeping: Set(keeping.map(\.lastPathComponent)), onMessage) {
            onMessage("\(store.folder.path) is read where it is: its copy would take \(Self.megabytes(size)), and \(reason)")
            return nil
        }
        let sums = store.manifest.shards.map(\.sha256) + [store.manifest.items.sha256]
        try emptied(place(of: store)).create { partial in
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
        return try HiddenStateStore.open(place(of: store), expecting: store.identity)
    }

    private func place(of store: HiddenStateStore) -> URL { folder.appending(path: Self.name(of: store)) }

    /// The place of a copy, without what is left of a damaged one.
    private func emptied(_ place: URL) throws -> OwnedFolder {
        if FolderKind.store.foreign(in: place).isEmpty { try? FileManager.default.removeItem(at: place) }
        do { return try OwnedFolder(.store, at: place, for: .replacing) } catch var error as UserError {
            error.remedy = "Remove it: a copy is made again."
            throw error
        }
    }

    private static func megabytes(_ bytes: some BinaryInteger) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }

    /// The name of a store's copy: 32 digits of a hash of its checksums.
    package static func name(of store: HiddenStateStore) -> String {
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

    /// Removes what was not asked for the longest, until so many bytes more are within the limit; nothing where that does not suffice.
    ///
    /// - Parameter keeping: names of copies that stay.
    /// - Returns: what there is no room in; nil where there is.
    private func makeRoom(for size: Int, keeping: Set<String>, _ onMessage: (String) -> Void) throws -> String? {
        let copies = names().filter(Copy.isName).map { Copy(folder.appending(path: $0)) }.filter(\.isOurs)
        let read = copies.filter { keeping.contains($0.folder.lastPathComponent) }.reduce(0) { $0 + $1.size }
        guard size + read <= limit else {
            return "encode.cache.limit is \(Self.megabytes(limit))"
                + (read > 0 ? ", of which copies that are read take \(Self.megabytes(read))" : "")
        }
        var others = copies.filter { !keeping.contains($0.folder.lastPathComponent) }.sorted { $0.asked < $1.asked }[...]
        var going: [Copy] = []
        while others.reduce(size + read, { $0 + $1.size }) > limit, let oldest = others.popFirst() { going.append(oldest) }
        func isFull() throws -> String? {
            let free = try Folder.freeSpace(at: folder) + Double(going.reduce(0) { $0 + $1.size })
            return Double(size) <= free ? nil : "\(Self.megabytes(Int(free))) are free in \(folder.path)"
        }
        if let reason = try isFull() { return reason }
        for copy in going {
            onMessage("\(copy.folder.path) goes to make room for another copy")
            do { try FileManager.default.removeItem(at: copy.folder) } catch {
                throw UserError.system("could not remove the copy", at: copy.folder.path, error: error)
            }
        }
        // What another process still reads takes its room until that ends.
        going = []
        return try isFull()
    }

    /// Removes what processes that were killed while they copied have left; whoever holds the lock knows that nobody copies.
    private func sweep() {
        for name in names() where name.hasPrefix(".") && Copy.isName(String(name.dropFirst().prefix(32))) {
            let isLock = name == HiddenName.lock(of: String(name.dropFirst().prefix(32)))
            guard isLock || HiddenName.isLeftover(name, .partial) || HiddenName.isLeftover(name, .old) else { continue }
            try? FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }

    private func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }

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

        /// Whether it is a copy and nothing else.
        var isOurs: Bool { FolderKind.store.isMarked(folder) && FolderKind.store.foreign(in: folder).isEmpty }

        /// Notes that it was asked for.
        func touch() { utimes(folder.appending(path: StoreManifest.fileName).path, nil) }

        /// Whether a folder is called as copies are.
        static func isName(_ name: String) -> Bool {
            name.utf8.count == 32 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
    }
}
