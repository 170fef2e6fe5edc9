import Database
import Files
import Foundation
import Serving

@testable import Server

/// Items that end with the process: the plain form of what writes them.
actor MemoryItems: ItemWriting {
    private let model: ModelService
    private let pictures: PictureFolder
    private var changed: [String: ItemView] = [:]

    init(_ model: ModelService, _ pictures: PictureFolder) { (self.model, self.pictures) = (model, pictures) }

    /// The names of pictures of items.
    func names(_ items: [String]) -> [String: String] {
        Dictionary(items.compactMap { id in changed[id]?.picture.map { (id, $0) } }) { one, _ in one }
    }

    func item(_ id: String) async throws -> ItemView? {
        let entry = try await model.ask { model -> CatalogueSnapshot.Entry? in
            let snapshot = try model.snapshot()
            return snapshot.row(of: id).map { snapshot[$0] }
        }
        return entry.map { changed[id] ?? ItemView(id: id, title: $0.title, tags: $0.tags.sorted(), isHidden: $0.isHidden) }
    }

    private func check(_ expected: Int?, _ item: ItemView?) throws {
        guard let expected, expected != item?.revision ?? 0 else { return }
        throw DatabaseError(.conflict, UserError("the item is at revision \(item?.revision ?? 0)"))
    }

    func put(_ body: ItemBody, id: String, expected: Int?) async throws -> ItemReceipt {
        let old = try await item(id)
        try check(expected, old)
        var receipt = try await model.put(NewItem(id: id, title: body.title, tags: Set(body.tags)))
        if body.isHidden { receipt = try await model.hide(id) }
        changed[id] = ItemView(
            id: id, title: body.title, tags: body.tags.sorted(), isHidden: body.isHidden, picture: old?.picture,
            revision: receipt.revision)
        return ItemReceipt(revision: receipt.revision, isNew: old == nil)
    }

    func patch(_ patch: ItemPatch, id: String, expected: Int?) async throws -> ItemReceipt {
        guard let old = try await item(id) else { throw Refusal(.unknownItem, UserError("there is no item \(id.quoted)")) }
        let title = patch.title ?? old.title
        return try await put(
            ItemBody(title: title, tags: patch.tags ?? old.tags, isHidden: patch.isHidden ?? old.isHidden), id: id,
            expected: expected)
    }

    func put(picture bytes: Data?, id: String, expected: Int?) async throws -> ItemReceipt {
        guard var item = try await item(id) else { throw Refusal(.unknownItem, UserError("there is no item \(id.quoted)")) }
        try check(expected, item)
        let isNew = item.picture == nil
        if let bytes { item.picture = try await pictures.store(bytes) } else { item.picture = nil }
        let receipt = try await model.tag(id, Set(item.tags))
        item.revision = receipt.revision
        changed[id] = item
        return ItemReceipt(revision: receipt.revision, isNew: isNew)
    }

    func remove(_ id: String, expected: Int?) async throws -> ItemReceipt {
        try check(expected, try await item(id))
        let receipt = try await model.remove(id)
        changed[id] = nil
        return ItemReceipt(revision: receipt.revision, isNew: false)
    }
}
