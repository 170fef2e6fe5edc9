import Datasets
import Encoding
import Files
import Foundation
import HiddenStates

extension Pipeline {
    /// Checks every byte of the configured stores against their checksums.
    ///
    /// - Returns: the stores' folders.
    /// - Throws: ``UserError`` that names the damaged shard.
    public func verifyStores() throws -> [URL] {
        try [configuration.encode.text, configuration.encode.image].compactMap { $0 }.map {
            let store = try HiddenStateStore.open(URL(filePath: $0.store))
            try store.verify(progress: observer.onProgress)
            return store.folder
        }
    }
}
