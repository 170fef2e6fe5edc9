import Files
package import Foundation
import Owned

extension HiddenStateStoreWriter {
    /// Checks that there are items and that their ids are unique.
    static func check(_ items: [StoreItem], at folder: URL) throws {
        guard !items.isEmpty else {
            throw UserError("there are no items to encode", at: folder.path, remedy: "Check the dataset: it has no items.")
        }
        var seen: Set<String> = []
        seen.reserveCapacity(items.count)
        for item in items where !seen.insert(item.id).inserted {
            throw UserError("the item id \"\(item.id)\" occurs twice", at: folder.path, remedy: "Item ids have to be unique.")
        }
    }

    /// Puts a finished build in its place.
    ///
    /// `building.json` goes last: it tells a build that is finished from the store that an exchange has left under the same name.
    static func put(_ buildingFolder: URL, at place: OwnedFolder) throws {
        unlink(buildingFolder.appending(path: "lock").path)
        try place.put(buildingFolder)
        unlink(place.url.appending(path: StoreBuilding.fileName).path)
    }

    /// Whether somebody writes a store, or a build of it ended between its last two steps; the next writer that opens it removes what is left.
    package static func hasLeftovers(_ folder: URL) -> Bool {
        OwnedFolder.isBeingWritten(folder)
            || FileManager.default.fileExists(atPath: folder.appending(path: StoreBuilding.fileName).path)
    }

    /// Ends what a process that was killed had begun: puts a finished build in its place, removes the store that it has replaced.
    static func settle(_ buildingFolder: URL, at place: OwnedFolder) throws {
        func has(_ name: String, _ folder: URL) -> Bool {
            FileManager.default.fileExists(atPath: folder.appending(path: name).path)
        }
        OwnedFolder.sweepFiles(in: buildingFolder)
        if has(StoreBuilding.fileName, place.url), has(StoreManifest.fileName, place.url) {
            if !has(StoreBuilding.fileName, buildingFolder), has(StoreManifest.fileName, buildingFolder) {
                try remove(buildingFolder, last: StoreManifest.fileName)
            }
            unlink(place.url.appending(path: StoreBuilding.fileName).path)
        }
        if has(StoreManifest.fileName, buildingFolder) { try put(buildingFolder, at: place) }
        if has(StorePart.folderName, buildingFolder) { try StoreMerge.undo(buildingFolder, at: place) }
    }

    /// Removes a folder; what says what it is goes last, so that a kill leaves no riddle.
    static func remove(_ folder: URL, last name: String) throws {
        let files = FileManager.default
        for other in try files.contentsOfDirectory(atPath: folder.path) where other != name {
            try files.removeItem(at: folder.appending(path: other))
        }
        let last = folder.appending(path: name)
        if files.fileExists(atPath: last.path) { try files.removeItem(at: last) }
        try files.removeItem(at: folder)
    }

    /// The store that is in the place, if any, when its rows may be used.
    static func openFormer(_ folder: URL, identity: StoreIdentity, startingAnew: Bool) throws -> HiddenStateStore? {
        guard FileManager.default.fileExists(atPath: folder.appending(path: StoreManifest.fileName).path) else { return nil }
        guard startingAnew else { return try HiddenStateStore.open(folder, expecting: identity) }
        return try? HiddenStateStore.open(folder, expecting: identity)
    }

    /// For every item that one of some stores holds with the same content: its row in the first of them.
    static func unchangedRows(of items: [StoreItem], in formers: [HiddenStateStore]) throws -> [Int: FormerRow] {
        var rows: [Int: FormerRow] = [:]
        if formers.isEmpty { return rows }
        let places = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1.id, $0) })
        for (store, former) in formers.enumerated() {
            for (row, item) in try former.items().enumerated() {
                guard let index = places[item.id], rows[index] == nil, items[index].contentHash == item.contentHash else {
                    continue
                }
                rows[index] = FormerRow(store: store, row: row)
            }
        }
        return rows
    }

    /// Opens the folder of an interrupted build, or makes a new one.
    func openBuilding(lines: Data, isSparse: Bool, startingAnew: Bool) throws {
        let files = FileManager.default
        let record = buildingFolder.appending(path: StoreBuilding.fileName)
        if files.fileExists(atPath: buildingFolder.path) {
            let names = Set((try? files.contentsOfDirectory(atPath: buildingFolder.path)) ?? ["?"])
            let isBuild = names.contains(StoreBuilding.fileName) || names.isSubset(of: [StoreManifest.itemsFileName, "lock"])
            guard isBuild else {
                throw UserError(
                    "there is something here that is not an interrupted build", at: buildingFolder.path,
                    remedy: "Choose another folder for the hidden states, or remove this one.")
            }
            if names.contains(StoreBuilding.fileName) {
                do {
                    building = try StoreBuilding.resume(
                        buildingFolder, identity: identity, itemsHash: itemsHash, itemCount: items.count)
                    return
                } catch let error as UserError {
                    guard startingAnew else { throw error }
                }
            }
            for name in names {
                guard unlink(buildingFolder.appending(path: name).path) == 0 else {
                    throw UserError.system("could not remove the file", at: buildingFolder.appending(path: name).path)
                }
            }
        } else {
            try Folder.make(buildingFolder)
        }
        do {
            let (bytes, overflow) = items.count.multipliedReportingOverflow(by: identity.rowBytes)
            if !isSparse { try Folder.checkSpace(for: overflow ? .max : bytes, at: buildingFolder) }
            try AtomicFile.write(lines, to: buildingFolder.appending(path: StoreManifest.itemsFileName))
            try JSONFile.write(building, to: record)
        } catch {
            // Nothing is encoded yet, so nothing is worth keeping.
            place = nil
            try? files.removeItem(at: buildingFolder)
            throw error
        }
    }
}
