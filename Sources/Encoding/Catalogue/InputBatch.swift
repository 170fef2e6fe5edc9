import Encoders
import Torch

/// Inputs of some items of a shard, made off the encoder's thread.
struct InputBatch: Sendable {
    /// What the encoder reads.
    enum Values: Sendable {
        /// Token numbers [items, length].
        case tokens([Int32], length: Int)
        /// The first items of a buffer of pixels [items, 3, size, size].
        case pixels(PixelBuffer)
        /// Nothing of this shard is left to encode.
        case endOfShard
    }

    /// What the encoder reads.
    let values: Values
    /// The items, as places in the shard's list of items to encode.
    var rows: [Int] = []
    /// Items whose input equals that of a row of this batch: they get its states.
    var copies: [(from: Int, to: Int)] = []
    /// Pictures that could not be read, as places in the shard's list, with the reason.
    var damaged: [(row: Int, problem: String)] = []

    /// The input as a tensor on a device; nil when there is none.
    func tensor(on device: Device) -> Tensor? {
        if rows.isEmpty { return nil }
        switch values {
        case .tokens(let tokens, let length): return Tensor(tokens, shape: [rows.count, length]).to(device)
        case .pixels(let buffer): return buffer.tensor(items: rows.count).to(device)
        case .endOfShard: return nil
        }
    }
}
