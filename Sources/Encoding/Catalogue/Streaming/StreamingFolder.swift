import Files
import Foundation

/// The files of a store's building folder that serve the way through the blocks, and go when it is done.
struct StreamingFolder {
    /// The folder that the store is built in.
    let url: URL

    var record: URL { url.appending(path: "streaming.json") }
    /// Pooled states of the kept layers, float32 [items, layers, width]; rows of other items are holes.
    var pooled: URL { url.appending(path: "streaming-pooled.bin") }
    /// The token states before or after a block: those of hidden state `layer` are in the file of its parity, so that a block that is
    /// interrupted has spoiled nothing.
    func activations(_ layer: Int) -> URL { url.appending(path: "streaming-activations-\(layer % 2).bin") }

    /// Removes the files.
    func clear() {
        for file in [record, pooled, activations(0), activations(1)] { try? FileManager.default.removeItem(at: file) }
    }
}
