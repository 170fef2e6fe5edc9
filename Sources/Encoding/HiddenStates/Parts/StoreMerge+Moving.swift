import Files
import Foundation
import Owned

extension StoreMerge {
    /// Fills the folder of the store: the parts, the list of items, and at last the manifest.
    ///
    /// - Throws: ``UserError`` when a part changed since it was checked, or the disk fails; the parts are then where they were.
    func fill(_ building: URL, with sources: [Source], at place: OwnedFolder) throws {
        let manifest = try manifest(of: sources)
        do {
            // The folder of parts comes first and goes last: by it a merge is told from an encoding that was interrupted.
            try Folder.make(building.appending(path: StorePart.folderName))
            // Tells this store from the one that it replaces; goes last.
            let record = StoreBuilding(
                identity: identity, itemCount: ids.count, itemsHash: manifest.items.sha256, shardItems: 1)
            try JSONFile.write(record, to: building.appending(path: StoreBuilding.fileName))
            for source in sources { try take(source, into: StorePart.inside(building, source.part)) }
            Folder.flush(building.appending(path: StorePart.folderName))
            let items = try AtomicFile(building.appending(path: StoreManifest.itemsFileName))
            for source in sources {
                let list = StorePart.inside(building, source.part).appending(path: StoreManifest.itemsFileName)
                try MappedFile(list).withBytes { try items.write($0) }
            }
            try items.commit()
            try JSONFile.write(manifest, to: building.appending(path: StoreManifest.fileName))
        } catch {
            try? Self.undo(building, at: place)
            throw error
        }
    }

    private func manifest(of sources: [Source]) throws -> StoreManifest {
        var (shards, itemsHash) = ([StoreManifest.Shard](), ContentHash())
        for source in sources {
            let list = source.store.folder.appending(path: StoreManifest.itemsFileName)
            try MappedFile(list).withBytes { itemsHash.update($0) }
            let first = source.part.range(of: ids.count).lowerBound
            for (index, shard) in source.store.manifest.shards.enumerated() {
                shards.append(
                    StoreManifest.Shard(
                        file: StoreManifest.shardFileName(index, in: source.part), firstItem: first + shard.firstItem,
                        count: shard.count, sha256: shard.sha256))
            }
        }
        return StoreManifest(
            formatVersion: StoreManifest.mergedVersion, identity: identity, identityHash: identity.hash, itemCount: ids.count,
            items: StoreManifest.Items(
                file: StoreManifest.itemsFileName, sha256: itemsHash.digits, idsHash: StoreItem.hash(ofIds: ids)),
            shards: shards, parts: parts.count)
    }

    /// Moves a part that lies beside the store; one of the store that is replaced stays there too.
    private func take(_ source: Source, into folder: URL) throws {
        let files = FileManager.default
        let old = source.store.folder
        guard !source.isInside else {
            try Folder.make(folder)
            // The manifest goes last: what has none is no part.
            let names = try files.contentsOfDirectory(atPath: old.path).filter { $0 != StoreManifest.fileName }
            for name in names.sorted() + [StoreManifest.fileName] {
                let (file, new) = (old.appending(path: name), folder.appending(path: name))
                // Files of a store are never written in place, so that two stores may share them.
                if link(file.path, new.path) != 0 { try AtomicFile.copy(file, to: new) }
            }
            return
        }
        let lock = try OwnedFolder(.store, at: old, for: .going)
        try withExtendedLifetime(lock) {
            guard try StoreManifest.read(from: old.appending(path: StoreManifest.fileName)) == source.store.manifest,
                !files.fileExists(atPath: StoreBuilding.folder(of: old).path)
            else {
                throw UserError("\(source.part) was written while it was checked", at: old.path, remedy: "Merge again.")
            }
            guard rename(old.path, folder.path) == 0 else {
                throw UserError.system("could not move the part into the store", at: old.path)
            }
        }
        Folder.flush(old.deletingLastPathComponent())
    }

    /// Moves the parts of a store that was not finished back beside its place, and removes the rest of it.
    ///
    /// - Parameter building: holds no manifest.
    /// - Throws: ``UserError`` when a part cannot be moved.
    static func undo(_ building: URL, at place: OwnedFolder) throws {
        let files = FileManager.default
        func manifest(_ folder: URL) -> Data? { try? Data(contentsOf: folder.appending(path: StoreManifest.fileName)) }
        for name in (try? files.contentsOfDirectory(atPath: building.appending(path: StorePart.folderName).path)) ?? [] {
            guard let part = WorkPart(fileName: name) else { continue }
            let (moved, beside) = (StorePart.inside(building, part), try StorePart.beside(place.url, part))
            // One that was made again since is newer; one of the store that is there, or without a manifest, was taken from that.
            guard let own = manifest(moved), own != manifest(StorePart.inside(place.url, part)),
                !files.fileExists(atPath: beside.path)
            else { continue }
            guard rename(moved.path, beside.path) == 0 else {
                throw UserError.system("could not put the part back", at: moved.path)
            }
        }
        Folder.flush(place.url.deletingLastPathComponent())
        try HiddenStateStoreWriter.remove(building, last: StorePart.folderName)
    }
}
