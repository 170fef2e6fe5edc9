import OrderedCollections
package import Torch

extension Recommender {
    /// The losses [rows] of a part of a batch's rows, from the vectors of all candidates [candidates, width].
    ///
    /// Dropout is that of the whole batch, as long as all parts begin with the same random state.
    package func rowLosses(of part: BatchPart, vectors: Tensor) -> Tensor {
        let candidates = part.candidates
        let rows = userEncoder.rows(
            users: candidates.users, positions: part.positions, userCount: candidates.userCount,
            among: HistoryPlace(of: part.users, lengths: part.lengths))
        let inputs = vectors.selecting(Tensor(candidates.inputs, on: device))  // [rows, width]
        let outputs = withAutocastOfSmallProducts(on: device) { userEncoder(inputs, rows, training: true) }
        return withAutocast(to: nil, on: device) {
            objective.rowLosses(candidates, outputs: outputs.to(.float32), vectors: vectors)
        }
    }

    /// Whether each process of several draws dropout of its own in a step: encoders run in it, over the items of each alone.
    package var drawsInEncoders: Bool { parameters.all.keys.contains { parameters.group(of: $0) == .encoders } }
}
