import Database
import Files
import Foundation
import Serving

@testable import Server

/// Items and pictures that end with the process: the plain form of what writes them.
actor MemoryItems: ItemWriting, PictureServing {
    private let model: ModelService
    private var changed: [String: ItemView] = [:]
    private var pictures: [String: Data] = [:]

    init(_ model: ModelService) { self.model = model }

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
        let receipt = try await model.tag(id, Set(item.tags))
        item.picture = bytes.map { $0.withUnsafeBytes { String(ContentHash.of($0).prefix(16)) } }
        item.revision = receipt.revision
        (changed[id], pictures[id]) = (item, bytes)
        return ItemReceipt(revision: receipt.revision, isNew: isNew)
    }

    func remove(_ id: String, expected: Int?) async throws -> ItemReceipt {
        try check(expected, try await item(id))
        let receipt = try await model.remove(id)
        (changed[id], pictures[id]) = (nil, nil)
        return ItemReceipt(revision: receipt.revision, isNew: false)
    }

    func versions(of items: [String]) -> [String: String] {
        Dictionary(items.compactMap { id in changed[id]?.picture.map { (id, $0) } }) { one, _ in one }
    }

    func keep(_ bytes: Data) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "picture-\(UUID().uuidString)")
        try bytes.write(to: file)
        return file
    }

    func picture(of item: String, as size: ServedPicture.Size) -> ServedPicture? {
        guard let bytes = pictures[item], let version = changed[item]?.picture else { return nil }
        return ServedPicture(bytes: bytes, type: "image/png", version: version)
    }
}
