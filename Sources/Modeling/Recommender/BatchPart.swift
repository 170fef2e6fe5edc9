package import Datasets
import OrderedCollections
package import Torch

/// The rows of some of a batch's users, over the candidates of all: one process's part of a step that several share.
package struct BatchPart {
    /// The candidates of all rows, with the rows and pairs of these users, who are counted from 0.
    package let candidates: Candidates
    /// The position of each row [rows].
    package let positions: [Int64]
    /// Which of the batch's users they are.
    package let users: Range<Int>
    /// How many rows each of the batch's users has.
    package let lengths: [Int]

    /// Takes some users of a batch.
    package init(_ users: Range<Int>, of batch: TrainingBatch, _ all: Candidates) {
        self.users = users
        var lengths = [Int](repeating: 0, count: batch.userCount)
        for user in batch.users { lengths[Int(user)] += 1 }
        self.lengths = lengths
        func part(_ places: [Int64]) -> Range<Int> {
            // Users ascend.
            let start = places.firstIndex { $0 >= users.lowerBound } ?? places.count
            return start..<(places[start...].firstIndex { $0 >= users.upperBound } ?? places.count)
        }
        let rows = part(all.users), pairs = part(all.ownUsers)
        func counted(_ places: ArraySlice<Int64>) -> [Int64] { places.map { $0 - Int64(users.lowerBound) } }
        positions = Array(batch.positions[rows])
        candidates = Candidates(
            items: all.items, counts: all.counts, shares: all.shares, inputs: Array(all.inputs[rows]),
            targets: Array(all.targets[rows]),
            users: counted(all.users[rows]), userCount: users.count, ownUsers: counted(all.ownUsers[pairs]),
            ownItems: Array(all.ownItems[pairs]))
    }
}

extension Recommender {
    /// The losses [rows] of a part of a batch's rows, from the vectors of all candidates [candidates, width].
    ///
    /// Dropout is that of the whole batch, as long as all parts begin with the same random state.
    package func rowLosses(of part: BatchPart, vectors: Tensor) -> Tensor {
        rowLosses(
            BatchTensors(part.candidates, positions: part.positions, on: device), vectors: vectors, training: true,
            among: HistoryPlace(of: part.users, lengths: part.lengths)
        ).losses
    }

    /// Whether each process of several draws dropout of its own in a step: encoders run in it, over the items of each alone.
    package var drawsInEncoders: Bool { parameters.all.keys.contains { parameters.group(of: $0) == .encoders } }
}
