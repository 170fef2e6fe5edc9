package import Files
package import Foundation
package import HiddenStates

extension CatalogueEncoder {
    /// Puts the parts of a store together that encoders of parts of these items have made.
    ///
    /// Titles are compared with those that were encoded. Pictures are not read for it: one that was changed since its part was encoded is
    /// found by the next ``encode(into:progress:stop:)``.
    ///
    /// - Parameters:
    ///   - count: how many parts the items were cut into.
    ///   - store: where the store will be.
    ///   - progress: is called with items, as their states are checked.
    ///   - stop: looked at between shards, before anything is moved.
    /// - Returns: the store; nil where it was put together before and nothing has changed.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` as ``StoreMerge/run(progress:stop:)`` does.
    package func merge(
        partsOf count: Int, into store: URL, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> HiddenStateStore? {
        let hashes = identity.modality == .text ? try storeItems(progress: progress, stop: stop).map(\.contentHash) : nil
        return try StoreMerge(store, of: count, identity: identity, ids: items.map(\.id), contentHashes: hashes)
            .run(progress: progress, stop: stop)
    }
}
