/// The floating-point operations of the matrix products that training cannot do without; a multiply-add counts as two.
///
/// Counted is what the mathematics asks for, on what exists: no padding, every distinct item once a batch. A product Y = X Wᵀ comes
/// three times: forward, and backward for X and for W. The states never change, so the dimension transformations have no gradient for X. Gates,
/// activations, layer norms, softmax and Adam are no products and are left out: a floor is below what can be reached.
package struct OperationCount: Codable, Equatable, Sendable {
    /// How a tower's head, two linear maps without an activation between them, is computed.
    package enum Heads: String, Codable, CaseIterable, Sendable {
        /// One map after the other for every item, as the mathematics is written.
        case asWritten
        /// The two multiplied into one matrix, once a batch, which every item is then multiplied with.
        case folded
    }

    /// Side blocks, dimension transformations included.
    package var sideBlocks = 0
    /// Heads of the towers.
    package var heads = 0
    /// The map of the towers' outputs to item vectors.
    package var fusion = 0
    /// Attention and feed-forward of the user encoder.
    package var userEncoder = 0
    /// The scores of the loss.
    package var scores = 0

    /// All of them.
    package var total: Int { sideBlocks + heads + fusion + userEncoder + scores }

    /// Counts the steps on some batches.
    package init(_ batch: BatchShape, _ model: ModelShape = ModelShape(), heads form: Heads) {
        /// Forward, and backward for both factors, of [n, k] x [k, m].
        func trained(_ n: Int, _ k: Int, _ m: Int) -> Int { 3 * 2 * n * k * m }
        let vector = model.vector
        for tower in model.towers {
            sideBlocks += tower.layers * 2 * trained(batch.items, tower.width, model.bottleneck)
            switch form {
            case .asWritten:
                heads += trained(batch.items, tower.width, tower.middle) + trained(batch.items, tower.middle, vector)
            case .folded:
                heads += batch.batches * trained(vector, tower.middle, tower.width) + trained(batch.items, tower.width, vector)
            }
        }
        if model.textWidth != model.imageWidth {
            let paired = min(model.textLayers, model.imageLayers)
            sideBlocks += paired * 2 * 2 * batch.items * model.textWidth * model.imageWidth
        }
        fusion = trained(batch.items, model.towers.count * vector, vector)
        let attention = 4 * trained(batch.rows, vector, vector) + 2 * trained(batch.pairs, vector, 1)
        let feedForward = 2 * trained(batch.rows, vector, 4 * vector)
        userEncoder = model.userBlocks * (attention + feedForward)
        scores = trained(batch.scores, vector, 1)
    }
}
