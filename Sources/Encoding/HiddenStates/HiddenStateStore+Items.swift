import Files
import Foundation

extension HiddenStateStore {
    /// The items in store order, from `items.jsonl`.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or not the one the manifest was written with.
    public func items() throws -> [StoreItem] {
        let url = folder.appending(path: manifest.items.file)
        guard try ContentHash.of(file: url) == manifest.items.sha256 else { throw Self.damagedItems(url) }
        let items = try StoreItem.read(url)
        guard items.count == itemCount else { throw Self.damagedItems(url) }
        return items
    }

    /// Checks that the store holds these items in this order.
    ///
    /// - Parameters:
    ///   - ids: the dataset's item ids.
    ///   - hash: their hash, where the dataset has it: the ids are then only read when they differ.
    /// - Throws: ``UserError`` that names the first item that differs, and the remedy.
    public func check(ids: some Collection<String>, hash: String? = nil) throws {
        if ids.count == itemCount, hash ?? StoreItem.hash(ofIds: ids) == manifest.items.idsHash { return }
        let remedy = "Encode the dataset again: only new and changed items are computed."
        for (index, (id, item)) in zip(ids, try items()).enumerated() where id != item.id {
            throw UserError(
                "the store is of other items: item \(index) is \"\(item.id)\" here and \"\(id)\" in the dataset",
                at: folder.path,
                remedy: remedy)
        }
        throw UserError("the store holds \(itemCount) items, the dataset \(ids.count)", at: folder.path, remedy: remedy)
    }

    private static func damagedItems(_ url: URL) -> UserError {
        UserError(
            "the list of items is not the one the store was written with", at: url.path,
            remedy: "The store is damaged: encode again into another folder.")
    }
}
