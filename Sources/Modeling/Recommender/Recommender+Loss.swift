package import Datasets
package import Torch

extension Recommender {
    /// The loss over a batch: the mean over its rows (article Mathematics).
    ///
    /// Candidates that hold the same item have the same logit, so each distinct item is computed once and counted as often as it occurs.
    /// Padding is never computed.
    package func loss(_ batch: TrainingBatch, training: Bool = true) throws -> Tensor {
        try rowLosses(batch, training: training).losses.mean()
    }

    /// Adds the gradient of a loss to every parameter.
    ///
    /// - Throws: ``UserError`` when an input of a live encoder can no longer be read.
    package func backward(_ loss: Tensor) throws {
        loss.backward()
        try itemTower.finishBackward()
    }

    /// The user encoder's outputs [rows, width] and the losses [rows] of a batch's rows.
    package func rowLosses(_ batch: TrainingBatch, training: Bool) throws -> (outputs: Tensor, losses: Tensor) {
        let candidates = objective.candidates(for: batch)
        // float32 as the rest computes, also where the tower's last product was in bfloat16.
        let found = try itemTower.vectors(of: Tensor(candidates.items), training: training)
        let vectors = found.to(.float32)  // [candidates, width]
        let rows = userEncoder.rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
        return losses(candidates, rows, vectors: vectors, training: training)
    }

    /// The user encoder's outputs [rows, width] and the losses [rows] of candidates' rows, from the candidates' vectors.
    func losses(
        _ candidates: Candidates, _ rows: HistoryRows, vectors: Tensor, training: Bool
    ) -> (outputs: Tensor, losses: Tensor) {
        let inputs = vectors.selecting(Tensor(candidates.inputs, on: device))  // [rows, width]
        let outputs = withAutocastOfSmallProducts(on: device) { userEncoder(inputs, rows, training: training) }
        let losses = withAutocast(to: nil, on: device) {
            objective.rowLosses(candidates, outputs: outputs.to(.float32), vectors: vectors)
        }
        return (outputs, losses)
    }
}
