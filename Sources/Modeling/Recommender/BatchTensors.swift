package import Torch

/// A batch's numbers on the device that computes: two tensors, each brought there by one copy that nothing waits for.
package struct BatchTensors {
    /// How large its parts are.
    package let shape: BatchShape
    /// The candidates as catalogue indices [candidates].
    let items: Tensor
    /// The input of each row, a place among the candidates [rows].
    let inputs: Tensor
    /// The position of each row [rows].
    let positions: Tensor
    /// What each row's loss counts in that of the batch: 1 / rows, or nothing for padding [rows].
    let weights: Tensor
    private let targets, users, ownUsers, ownItems, shares, counts: Tensor
    private let integers, numbers: Tensor

    /// Makes room for batches of a shape.
    package init(_ shape: BatchShape, on device: Device) {
        self.shape = shape
        let integers = Tensor.empty([shape.candidates + 4 * shape.rows + 2 * shape.ownPairs], dtype: .int64, on: device)
        let numbers = Tensor.empty([2 * shape.candidates + shape.rows], on: device)
        (self.integers, self.numbers) = (integers, numbers)
        var start = 0
        func next(_ count: Int, of all: Tensor) -> Tensor {
            defer { start += count }
            return all.narrowed(0, start..<start + count)
        }
        items = next(shape.candidates, of: integers)
        inputs = next(shape.rows, of: integers)
        targets = next(shape.rows, of: integers)
        users = next(shape.rows, of: integers)
        positions = next(shape.rows, of: integers)
        ownUsers = next(shape.ownPairs, of: integers)
        ownItems = next(shape.ownPairs, of: integers)
        start = 0
        shares = next(shape.candidates, of: numbers)
        counts = next(shape.candidates, of: numbers)
        weights = next(shape.rows, of: numbers)
    }

    /// A batch in its own shape.
    ///
    /// - Parameter positions: the position of each row [rows].
    package init(_ candidates: Candidates, positions: [Int64], on device: Device) {
        self.init(BatchShape(of: candidates), on: device)
        take(candidates, positions: positions, rowCount: candidates.inputs.count)
    }

    /// Overwrites the numbers with those of a batch of at most this shape, which is padded.
    package func take(padding candidates: Candidates, positions: [Int64]) {
        let padding = [Int64](repeating: 0, count: shape.rows - positions.count)
        take(candidates.padded(to: shape), positions: positions + padding, rowCount: candidates.inputs.count)
    }

    /// - Parameter rowCount: how many of the rows count.
    private func take(_ batch: Candidates, positions: [Int64], rowCount: Int) {
        precondition(
            BatchShape(of: batch) == shape && positions.count == shape.rows, "a batch of \(BatchShape(of: batch)) for \(shape)")
        integers.take([batch.items, batch.inputs, batch.targets, batch.users, positions, batch.ownUsers, batch.ownItems])
        let weight = 1 / Float(max(1, rowCount))
        let weights = [Float](repeating: weight, count: rowCount) + repeatElement(0, count: shape.rows - rowCount)
        numbers.take([batch.shares, batch.counts, weights])
    }

    /// The rows with their targets and what is left out for them, for vectors of a type.
    func rows(as dtype: ElementType = .float32) -> CandidateRows {
        CandidateRows(
            logShares: shares.to(dtype).logarithm(), logCounts: counts.to(dtype).logarithm(), users: users,
            userCount: shape.users,
            targets: targets,
            ownUsers: ownUsers, ownItems: ownItems)
    }

    /// Where the rows are for a user encoder.
    ///
    /// - Parameter place: where the users stand among those of other processes; nil for no others.
    func historyRows(of encoder: UserEncoder, among place: HistoryPlace? = nil) -> HistoryRows {
        encoder.rows(users: users, positions: positions, userCount: shape.users, among: place)
    }
}

extension Tensor {
    /// Overwrites the elements with those of some arrays, one after the other, in the device's turn.
    package func take<Element: TensorElement>(_ arrays: [[Element]]) {
        let source = device == .cpu ? self : Tensor.empty(shape, dtype: dtype, readBy: device)
        source.withMutableBytes { target in
            precondition(target.isEmpty || target.count == arrays.reduce(0) { $0 + $1.count } * MemoryLayout<Element>.stride)
            var start = 0
            for array in arrays where !target.isEmpty {
                array.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: target[start..<start + bytes.count]).copyMemory(from: bytes)
                    start += bytes.count
                }
            }
        }
        if device != .cpu { copy(from: source, isAwaited: false) }
    }
}
