package import Datasets
package import Torch

extension Recommender {
    /// Added to the logit of a slot that is left out: its share of the softmax is exactly zero.
    static let leftOut = -1e30

    /// The debiased loss over a batch (article Mathematics): for row (b, j) the cross entropy of the next item's slot
    /// among all slots i with logits u_bj · e_i - log pop(i), without the slots that hold an item of b's own sequence; the mean over
    /// rows.
    ///
    /// Slots with the same item have the same logit, so each distinct item is computed once and counted as often as it occurs:
    /// Σ over slots exp(logit) = Σ over distinct items exp(logit + log count). Padding has no slots here.
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

    /// The user encoder's outputs [rows, width] and the cross entropies [rows] of a batch's rows.
    package func rowLosses(_ batch: TrainingBatch, training: Bool) throws -> (outputs: Tensor, losses: Tensor) {
        let vectors = try itemTower.vectors(of: Tensor(batch.items), training: training)  // [distinct, width]
        let rows = userEncoder.rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
        let inputs = vectors.selecting(Tensor(batch.inputs, on: device))  // [rows, width]
        func encoded() -> Tensor { userEncoder(inputs, rows, training: training) }
        // On a processor products as small as these take longer in bfloat16: its library builds instructions for each number of rows.
        let outputs = device == .cpu ? withAutocast(to: nil, on: device, encoded) : encoded()
        let losses = withAutocast(to: nil, on: device) {
            rowLosses(batch, outputs.to(.float32), vectors.to(.float32))
        }
        return (outputs, losses)
    }

    /// The cross entropies [rows] for outputs [rows, width] and the vectors of the batch's items.
    func rowLosses(_ batch: TrainingBatch, _ outputs: Tensor, _ vectors: Tensor) -> Tensor {
        guard device == .cpu else { return plainRowLosses(batch, outputs, vectors) }
        return outputs.rowLosses(
            vectors, logShares: Tensor(batch.popularity).logarithm(), logCounts: Tensor(batch.counts).logarithm(),
            users: Tensor(batch.users), targets: Tensor(batch.targets), ownUsers: Tensor(batch.ownUsers),
            ownItems: Tensor(batch.ownItems))
    }

    /// The same by operations on whole tensors, the plain form.
    func plainRowLosses(_ batch: TrainingBatch, _ outputs: Tensor, _ vectors: Tensor) -> Tensor {
        let share = Tensor(batch.popularity, on: device).logarithm()  // [distinct]
        let counts = Tensor(batch.counts, on: device).logarithm()
        let logits = (-share).addingMatrixProduct(outputs, vectors.transposed(0, 1))  // [rows, distinct]
        // What is added to a user's logits: how often each item stands in the batch, and for the user's own items that they are left out.
        let added = counts.unsqueezed(0).expanded([batch.userCount, batch.items.count]).clone()
        added.put(
            Tensor(Float(Self.leftOut), on: device),
            at: [Tensor(batch.ownUsers, on: device), Tensor(batch.ownItems, on: device)])
        let others = (logits + added.selecting(Tensor(batch.users, on: device))).logSumExp(along: 1)  // [rows]
        let target = logits.gathering(Tensor(batch.targets, on: device).unsqueezed(1), along: 1).squeezed(1)
        return others.logAddExp(target) - target
    }
}
