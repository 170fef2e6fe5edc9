import Synchronization

/// The newest snapshot of a catalogue: readers take it, writers put the next one in its place.
package final class LiveCatalogue: Sendable {
    private let newest: Mutex<CatalogueSnapshot>
    /// Held while the next one is made, so that readers never wait for it.
    private let writing = Mutex<Void>(())

    /// Starts with a snapshot.
    package init(_ first: CatalogueSnapshot) { newest = Mutex(first) }

    /// The newest snapshot.
    package var snapshot: CatalogueSnapshot { newest.withLock { $0 } }

    /// Makes some changes, which all appear together.
    ///
    /// - Returns: the revision at which they are seen first.
    /// - Throws: `UserError` as ``CatalogueSnapshot/applying(_:)`` does; nothing is changed then.
    @discardableResult
    package func apply(_ changes: [CatalogueSnapshot.Change]) throws -> Int {
        try writing.withLock { _ in
            let next = try snapshot.applying(changes)
            newest.withLock { $0 = next }
            return next.revision
        }
    }
}
