import Foundation

/// The states of a shard's items as they come from the encoder.
///
/// An item of several inputs, which are the frames of a video, has the mean of their states: for each layer l and each of its values
/// v_l = (v_l1 + ... + v_ln) / n, summed in float32 and in the order of the frames. The states of an item of one input stay bit for bit.
struct ShardStates {
    /// float32 [items, layers, width]; zeros for an item that has none.
    private(set) var values: [Float]
    /// How many inputs each item has.
    private let inputs: [Int]
    /// How many of them have come.
    private var taken: [Int]
    private let rowCount: Int

    /// Takes memory for a shard.
    ///
    /// - Parameter inputs: how many inputs each item has.
    init(inputs: [Int], layers: Int, width: Int) {
        rowCount = layers * width
        self.inputs = inputs
        values = [Float](repeating: 0, count: inputs.count * rowCount)
        taken = [Int](repeating: 0, count: inputs.count)
    }

    /// Whether the states of all inputs of an item have come.
    var present: [Bool] { zip(inputs, taken).map { $0 > 0 && $0 == $1 } }

    /// Takes the states of a batch, float32 [rows, layers, width], also for the items that are copies of its rows.
    mutating func take(_ states: UnsafeRawBufferPointer, of batch: InputBatch) {
        let states = states.assumingMemoryBound(to: Float.self)
        for (index, row) in batch.rows.enumerated() {
            add(states[(index * rowCount)..<((index + 1) * rowCount)], to: row)
        }
        for (from, to) in batch.copies {
            values.withUnsafeMutableBufferPointer { values in
                for place in 0..<rowCount { values[to * rowCount + place] = values[from * rowCount + place] }
            }
            taken[to] = taken[from]
        }
    }

    /// Takes the states of one input.
    private mutating func add(_ states: Slice<UnsafeBufferPointer<Float>>, to row: Int) {
        let isFirst = taken[row] == 0
        taken[row] += 1
        values.withUnsafeMutableBufferPointer { values in
            let sum = UnsafeMutableBufferPointer(rebasing: values[(row * rowCount)..<((row + 1) * rowCount)])
            // Not added to zero, which would change the sign of one.
            if isFirst {
                _ = sum.update(fromContentsOf: states)
            } else {
                Self.add(UnsafeBufferPointer(rebasing: states), to: sum)
            }
        }
    }

    /// Adds the states of an item's further input to those of the inputs before.
    static func add(_ states: UnsafeBufferPointer<Float>, to sum: UnsafeMutableBufferPointer<Float>) {
        for place in sum.indices { sum[place] += states[place] }
    }

    /// Takes the sums of an item's states over all its inputs [layers, width].
    mutating func fill(_ row: Int, _ write: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        try values.withUnsafeMutableBufferPointer {
            try write(
                UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: $0[(row * rowCount)..<((row + 1) * rowCount)])))
        }
        taken[row] = inputs[row]
    }

    /// Makes means of the sums, after the last batch; an item of which an input is missing has no states.
    mutating func finish() {
        for (row, count) in inputs.enumerated() where count > 1 {
            let isWhole = taken[row] == count
            for place in (row * rowCount)..<((row + 1) * rowCount) {
                values[place] = isWhole ? values[place] / Float(count) : 0
            }
        }
    }
}
