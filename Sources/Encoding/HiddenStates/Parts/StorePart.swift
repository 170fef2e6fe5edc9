package import Files
package import Foundation
import Owned

/// Where the parts of a hidden-state store are.
///
/// A part is a store of its own with some of the items, made and locked by itself: `STORE.part-00017-of-00256` beside the place of the
/// store. Once all are there they are moved into the store, as `STORE/parts/00017-of-00256`, and belong to it.
package enum StorePart {
    /// The folder within a store that holds its parts.
    static let folderName = "parts"

    /// Where a part is made.
    ///
    /// - Throws: ``UserError`` when links form a loop.
    package static func beside(_ store: URL, _ part: WorkPart) throws -> URL {
        let place = try FolderPlace.resolved(store)
        return place.deletingLastPathComponent().appending(path: place.lastPathComponent + ".part-" + part.fileName)
    }

    /// Where a part is that belongs to the store.
    package static func inside(_ store: URL, _ part: WorkPart) -> URL {
        store.appending(path: "\(folderName)/\(part.fileName)")
    }

    /// The parts that lie beside the place of a store, finished or not, of whatever number.
    ///
    /// - Throws: ``UserError`` when links form a loop.
    package static func beside(_ store: URL) throws -> [WorkPart] {
        let place = try FolderPlace.resolved(store)
        let start = place.lastPathComponent + ".part-"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.deletingLastPathComponent().path)) ?? []
        let found = names.compactMap { name -> WorkPart? in
            guard name.hasPrefix(start) else { return nil }
            let rest = name.dropFirst(start.count)
            return WorkPart(fileName: rest.hasSuffix(".building") ? rest.dropLast(".building".count) : rest)
        }
        return Set(found.map(\.fileName)).sorted().compactMap { WorkPart(fileName: $0) }
    }

    /// Puts back the parts of a store whose putting together was killed, so that they can be made again or gone on with.
    ///
    /// - Throws: ``UserError`` while another process puts them together.
    package static func restore(_ store: URL) throws {
        let building = StoreBuilding.folder(of: try FolderPlace.resolved(store))
        guard FileManager.default.fileExists(atPath: building.appending(path: folderName).path) else { return }
        try HiddenStateStoreWriter.settle(building, at: OwnedFolder(.store, at: store, for: .going))
    }
}
