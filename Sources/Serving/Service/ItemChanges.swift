import Files

/// What was changed of a run's items since it was opened, so that another run can be given the same.
package struct ItemChanges: Sendable {
    /// A change of one item.
    package enum Change: Sendable {
        case put(EncodedItem)
        case tag(id: String, Set<String>)
        case hide(id: String, Bool)
        case remove(id: String)
        /// Removes the item that the dataset has by that id: one that is put in next is another, which nothing was counted of.
        case discard(id: String)

        /// The item's id.
        var id: String {
            switch self {
            case .put(let item): item.item.id
            case .tag(let id, _), .hide(let id, _), .remove(let id), .discard(let id): id
            }
        }
    }

    /// What has become of one item.
    private struct Item: Sendable {
        /// When it was put in, counted over all changes.
        var place: Int
        /// Whether the item of that id that a run has is another one.
        var isAnother = false
        var encoded: EncodedItem?
        var tags: Set<String>?
        var isHidden = false
    }

    private var items: [ExactText: Item] = [:]
    private var count = 0

    /// Notes a change that was made.
    mutating func note(_ change: Change) {
        count += 1
        let id = ExactText(change.id)
        var item = items[id] ?? Item(place: count)
        switch change {
        case .put(let encoded):
            // One that was there keeps its place.
            if item.encoded == nil { item.place = count }
            (item.encoded, item.tags, item.isHidden) = (encoded, nil, false)
        case .tag(_, let tags): item.tags = tags
        case .hide(_, let isHidden): item.isHidden = isHidden
        case .remove, .discard: item = Item(place: count, isAnother: true)
        }
        items[id] = item
    }

    /// Changes that lead a run from how it was opened to the same items, in an order that keeps new items in theirs.
    var all: [Change] {
        let ordered = items.sorted { $0.value.place < $1.value.place }
        let gone = ordered.filter(\.value.isAnother).map { Change.remove(id: $0.key.text) }
        let put = ordered.compactMap { $0.value.encoded.map(Change.put) }
        let marked = ordered.flatMap { id, item in
            (item.tags.map { [Change.tag(id: id.text, $0)] } ?? []) + (item.isHidden ? [.hide(id: id.text, true)] : [])
        }
        return gone + put + marked
    }
}

extension ServedModel {
    /// Makes changes that another run's items had; those of items that are not here are left out.
    ///
    /// - Throws: ``Refusal`` as ``changes(putting:)`` does.
    func follow(_ changes: [ItemChanges.Change]) throws {
        var rest = changes[...]
        while let first = rest.first {
            // Items that are put in one after the other come into the vectors' blocks together.
            var items: [EncodedItem] = []
            while items.count < 64, case .put(let item)? = rest.first,
                !items.contains(where: { ExactText($0.item.id) == ExactText(item.item.id) })
            {
                items.append(item)
                rest.removeFirst()
            }
            if !items.isEmpty {
                // What this run reads nothing of, as an item without a picture where only pictures are read, is in no answer.
                let unread = items.filter(\.states.isEmpty).map(\.item.id)
                try apply(self.changes(putting: items.filter { !$0.states.isEmpty }))
                let before = try snapshot()
                try apply(unread.filter { before.row(of: $0) != nil }.map { .remove(id: $0) })
                continue
            }
            rest.removeFirst()
            let snapshot = try snapshot()
            guard let row = snapshot.row(of: first.id) else { continue }
            switch first {
            case .tag(let id, let tags): try apply([.tag(id: id, tags)])
            case .hide(let id, let isHidden): try apply([.hide(id: id, isHidden)])
            case .remove(let id): try apply([.remove(id: id)])
            case .discard(let id): if !snapshot.isLater(row) { try apply([.remove(id: id)]) }
            case .put: break
            }
        }
    }
}
