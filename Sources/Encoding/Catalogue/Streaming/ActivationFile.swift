import Files
import Foundation
import Torch

/// The token states of all batches between two blocks, on the disk.
///
/// The system keeps in spare memory what it has room for; the process itself holds one batch at a time.
struct ActivationFile {
    let file: RandomAccessFile

    init(_ url: URL) throws { file = try RandomAccessFile(updating: url) }

    /// The states of a batch [rows, tokens, width].
    func read(_ batch: StreamedBatch, width: Int, dtype: DType) throws -> Tensor {
        let states = Tensor.empty([batch.rows.count, batch.tokens, width], dtype: dtype)
        try states.withMutableBytes { try file.read(into: $0, at: batch.place) }
        return states
    }

    /// Writes the states of a batch.
    func write(_ states: Tensor, of batch: StreamedBatch) throws {
        try states.withBytes { try file.write($0, at: batch.place) }
    }

    /// Tells the system that a batch is read soon.
    func willRead(_ batch: StreamedBatch, width: Int, dtype: DType) {
        file.willRead(batch.place..<(batch.place + batch.byteCount(width: width, dtype: dtype)))
    }
}
