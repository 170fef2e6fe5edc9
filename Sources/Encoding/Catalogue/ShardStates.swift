/// The states of a shard's items as they come from the encoder.
struct ShardStates {
    /// float32 [items, layers, width].
    private(set) var values: [Float]
    /// Whether an item's states have come.
    private(set) var present: [Bool]
    private let rowCount: Int

    /// Takes memory for a shard.
    init(items: Int, layers: Int, width: Int) {
        rowCount = layers * width
        values = [Float](repeating: 0, count: items * rowCount)
        present = [Bool](repeating: false, count: items)
    }

    /// Takes the states of a batch, float32 [rows, layers, width], also for the items that are copies of its rows.
    mutating func take(_ bytes: UnsafeRawBufferPointer, of batch: InputBatch) {
        let rowBytes = rowCount * MemoryLayout<Float>.size
        values.withUnsafeMutableBytes { values in
            for (index, row) in batch.rows.enumerated() {
                let source = UnsafeRawBufferPointer(rebasing: bytes[(index * rowBytes)..<((index + 1) * rowBytes)])
                UnsafeMutableRawBufferPointer(rebasing: values[(row * rowBytes)...]).copyMemory(from: source)
            }
            for (from, to) in batch.copies {
                let source = UnsafeRawBufferPointer(rebasing: values[(from * rowBytes)..<((from + 1) * rowBytes)])
                UnsafeMutableRawBufferPointer(rebasing: values[(to * rowBytes)...]).copyMemory(from: source)
            }
        }
        for row in batch.rows { present[row] = true }
        for copy in batch.copies { present[copy.to] = true }
    }

    /// Lets an item's states [layers, width] be written.
    mutating func fill(_ row: Int, _ write: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let rowBytes = rowCount * MemoryLayout<Float>.size
        try values.withUnsafeMutableBytes {
            try write(UnsafeMutableRawBufferPointer(rebasing: $0[(row * rowBytes)..<((row + 1) * rowBytes)]))
        }
        present[row] = true
    }
}
