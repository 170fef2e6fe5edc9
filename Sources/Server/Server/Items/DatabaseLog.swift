import Database
import Files
import Foundation
import Serving
import Synchronization

/// The database's items as the log that a model follows: a start, other servers' changes and one's own come in the same way.
final class DatabaseLog: ItemLog {
    private let database: any ServerDatabase
    private let pictures: PictureFolder
    /// The pictures of the items that were changed; nil inside for those without one.
    private let names = Mutex<[ExactText: String?]>([:])

    /// What a dataset calls it that items were appended to.
    private let name: String

    init(_ database: any ServerDatabase, _ pictures: PictureFolder, name: String) {
        (self.database, self.pictures, self.name) = (database, pictures, name)
    }

    /// The picture of an item that was changed, as far as a model has followed: nil where it was never changed, nil inside where it has none.
    func picture(of id: String) -> String?? { names.withLock { $0[ExactText(id)] } }

    func changes(after revision: Int, most: Int, appended: [String: Int]) async throws -> [LoggedChange] {
        let stored = try await database.changes(after: revision, most: most)
        names.withLock { names in
            for stored in stored {
                let item = stored.item
                if item.isRemoved || item.content != nil {
                    names.updateValue(item.content?.picture, forKey: ExactText(item.id))
                } else {
                    names[ExactText(item.id)] = nil
                }
            }
        }
        let appended = appended[name] ?? 0
        return try stored.map {
            LoggedChange(revision: $0.revision, changes: try changes(to: $0, isInDataset: $0.revision <= appended))
        }
    }

    func replace(_ item: EncodedItem, at revision: Int) async throws {
        try await database.write([ItemStates(id: item.item.id, revision: revision, states: item.storedStates)])
    }

    /// What leads to a state of an item from whatever it was before.
    private func changes(to stored: StoredItem, isInDataset: Bool) throws -> [ItemChanges.Change] {
        let item = stored.item
        if item.isRemoved { return [.remove(id: item.id)] }
        guard !isInDataset, let content = item.content else {
            return [.tag(id: item.id, Set(item.tags ?? [])), .hide(id: item.id, item.isHidden)]
        }
        // A file that is missing, as where another server has it, is an error of whoever encodes the item again: left out, it would be
        // taken for an item without a picture, and kept so for all servers.
        let new = NewItem(
            id: item.id, title: content.title, picture: content.picture.flatMap { pictures.place(of: $0)?.path },
            tags: Set(item.tags ?? []))
        let put = ItemChanges.Change.put(try EncodedItem(new, content.states))
        return (stored.isAnother ? [.discard(id: item.id)] : []) + [put] + (item.isHidden ? [.hide(id: item.id, true)] : [])
    }
}

extension EncodedItem {
    /// An item with states as a database keeps them.
    ///
    /// - Throws: ``UserError`` for states that are no numbers.
    init(_ item: NewItem, _ stored: [EncodedStates]) throws {
        var states: PerModality<[Float]> = [:]
        var encoders: PerModality<String> = [:]
        for one in stored {
            let modality = try Modality(one.modality)
            encoders[modality] = one.encoder
            guard let numbers = one.numbers else { continue }
            guard numbers.count % 4 == 0 else { throw UserError("the states of item \(item.id.quoted) are cut off") }
            states[modality] = numbers.withUnsafeBytes { bytes in
                (0..<bytes.count / 4).map {
                    Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
                }
            }
        }
        self.init(item, states: states, encoders: encoders)
    }

    /// Its states as a database keeps them.
    var storedStates: [EncodedStates] {
        encoders.map { modality, encoder in
            let numbers = states[modality].map { numbers in
                numbers.reduce(into: Data(capacity: numbers.count * 4)) { data, number in
                    withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
                }
            }
            return EncodedStates(modality: modality.name, encoder: encoder, numbers: numbers)
        }
    }
}
