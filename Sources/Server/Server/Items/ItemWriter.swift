import Database
import Files
import Foundation
import Serving

/// Changes items: what is encoded and kept in the database first is followed by the model then.
struct ItemWriter: ItemWriting {
    let model: ModelService
    let database: any ServerDatabase
    let pictures: PictureFolder
    let catalogue: ServedItems

    func item(_ id: String) async throws -> ItemView? { try await catalogue.known(id)?.view }

    func put(_ item: ItemBody, id: String, expected: Int?) async throws -> ItemReceipt {
        let given = try await Self.refusing { try await stored(item.picture) }
        return try await change(id, expected) { known in
            var change = try await content(of: id, title: item.title, picture: given ?? known?.picture, known)
            (change.tags, change.isHidden) = (item.tags, item.isHidden)
            return change
        }
    }

    func patch(_ patch: ItemPatch, id: String, expected: Int?) async throws -> ItemReceipt {
        let given = try await Self.refusing { try await stored(patch.picture ?? nil) }
        return try await change(id, expected) { known in
            guard let known else { throw await noItem(id) }
            let picture = patch.picture == nil ? known.picture : given
            var change = try await content(of: id, title: patch.title ?? known.view.title, picture: picture, known)
            (change.tags, change.isHidden) = (patch.tags ?? known.view.tags, patch.isHidden ?? known.view.isHidden)
            return change
        }
    }

    func put(picture bytes: Data?, id: String, expected: Int?) async throws -> ItemReceipt {
        let picture = try await stored(bytes)
        var hadOne = false
        var receipt = try await change(id, expected) { known in
            guard let known else { throw await noItem(id) }
            hadOne = known.picture != nil
            var change = try await content(of: id, title: known.view.title, picture: picture, known)
            (change.tags, change.isHidden) = (known.view.tags, known.view.isHidden)
            return change
        }
        receipt.isNew = !hadOne
        return receipt
    }

    /// The picture of some bytes, kept from now on.
    ///
    /// - Throws: ``UserError`` where they are no picture that can be used; ``DatabaseError``.
    private func stored(_ bytes: Data?) async throws -> ServedItems.Picture? {
        guard let bytes else { return nil }
        return .stored(try await pictures.store(bytes))
    }

    /// Runs `body`; a picture that cannot be used is the item's fault.
    private static func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as UserError { throw Refusal(.unusableItem, error) }
    }

    func remove(_ id: String, expected: Int?) async throws -> ItemReceipt {
        try await change(id, expected) { known in
            guard known != nil else { throw await noItem(id) }
            var change = ItemChange(id: id)
            change.isRemoved = true
            return change
        }
    }

    /// Reads an item, makes its change, and writes that unless the item has changed meanwhile; then it is read again.
    private func change(
        _ id: String, _ expected: Int?, _ make: (ServedItems.Known?) async throws -> ItemChange
    ) async throws -> ItemReceipt {
        while true {
            let (known, revision) = try await catalogue.read(id)
            if let expected, expected != revision { throw Self.conflict(id, revision, expected) }
            var change = try await make(known)
            change.expected = revision
            do {
                let revision = try await database.write([change])[0]
                try await model.follow()
                return ItemReceipt(revision: revision, isNew: known == nil)
            } catch let error as DatabaseError where error.reason == .conflict && expected == nil {
                try Task.checkCancellation()
            }
        }
    }

    /// An item of a title and a picture with its states; without them where it is as the dataset has it.
    private func content(
        of id: String, title: String?, picture: ServedItems.Picture?, _ known: ServedItems.Known?
    ) async throws -> ItemChange {
        if let known, known.view.title == title, known.picture == picture {
            return ItemChange(id: id, content: known.content)
        }
        var name: String?
        switch picture {
        case .stored(let stored): name = stored
        case .file(let file): name = try await pictures.store(Data(contentsOf: file))
        case nil: break
        }
        let item = NewItem(id: id, title: title, picture: name.flatMap { pictures.file(of: $0)?.path })
        while true {
            let encoded = try await model.encoded(item)
            // Another model may have come, which reads other states.
            guard try await model.accepts(encoded) else { continue }
            return ItemChange(id: id, content: ItemContent(title: title, picture: name, states: encoded.storedStates))
        }
    }

    private func noItem(_ id: String) async -> any Error {
        do { return Refusal(.unknownItem, try await model.ask { $0.noItem(id) }) } catch { return error }
    }

    private static func conflict(_ id: String, _ revision: Int, _ expected: Int) -> DatabaseError {
        DatabaseError(
            .conflict,
            UserError(
                "item \(id.quoted) is at revision \(revision), expected \(expected)",
                remedy: "Read it again, and make the change on what it is now."))
    }
}
