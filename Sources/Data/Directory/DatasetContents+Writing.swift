import Files
import Foundation
import Owned

extension DatasetContents {
    /// Writes the dataset directory, whole or not at all, and opens it.
    ///
    /// - Parameters:
    ///   - folder: where it will be.
    ///   - replacing: whether a directory that is there gives way.
    /// - Throws: ``UserError`` when the dataset is empty, a picture path leaves its folder, an id is empty or there twice, or the disk fails.
    @discardableResult
    public func write(to folder: URL, replacing: Bool = false) throws -> Dataset {
        let ids = try check()
        let list = InteractionList()
        for index in interactions.indices {
            list.append(Interaction(user: 0, item: interactions[index], timestamp: timestamps?[index] ?? 0))
        }
        return try DatasetWriter(
            name: name, source: source, items: items, itemIDs: ids.items, pictures: pictures, userIDs: ids.users,
            users: users.indices.map(Int32.init), offsets: offsets, interactions: list,
            order: timestamps == nil ? HistoryOrder(.given) : HistoryOrder(.time)
        ).write(to: OwnedFolder(.dataset, at: folder, for: replacing ? .replacing : .making))
    }
}
