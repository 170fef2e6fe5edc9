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
        let tensors = BatchTensors(candidates, positions: batch.positions, on: device)
        // Not all towers look items up on the device.
        let vectors = try itemTower.vectors(
            of: itemTower.isResident ? tensors.items : Tensor(candidates.items), training: training)
        return rowLosses(tensors, vectors: vectors, training: training)
    }

    /// The loss over a batch that lies on the device and may be padded: the mean over the rows that count.
    ///
    /// Nothing is brought to the device or read back from it.
    ///
    /// - Precondition: the item tower is resident.
    package func loss(_ batch: BatchTensors, training: Bool = true) throws -> Tensor {
        let vectors = try itemTower.vectors(of: batch.items, training: training)
        return (rowLosses(batch, vectors: vectors, training: training).losses * batch.weights).sum()
    }

    /// The user encoder's outputs [rows, width] and the losses [rows] of a batch's rows, from the candidates' vectors.
    ///
    /// - Parameter place: where the users stand among those of other processes; nil for no others.
    func rowLosses(
        _ batch: BatchTensors, vectors: Tensor, training: Bool, among place: HistoryPlace? = nil
    ) -> (outputs: Tensor, losses: Tensor) {
        // As the rest computes, also where the tower's last product was in bfloat16.
        let vectors = vectors.to(parameters.dtype)  // [candidates, width]
        let inputs = vectors.selecting(batch.inputs)  // [rows, width]
        let rows = batch.historyRows(of: userEncoder, among: place)
        let outputs = withAutocastOfSmallProducts(on: device) { userEncoder(inputs, rows, training: training) }
        let losses = withAutocast(to: nil, on: device) {
            outputs.to(parameters.dtype).rowLosses(vectors, batch.rows(as: parameters.dtype))
        }
        return (outputs, losses)
    }
}
