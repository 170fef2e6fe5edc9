import CTorch

/// Blocks of causal attention and feed-forward over histories that are one after the other, as one operation.
///
/// For items e at positions p x = dropout(LayerNorm(e + P_p)), then for each block a = LayerNorm(x + dropout(O attention(Q x, K x, V x)))
/// and x = LayerNorm(a + dropout(W₂ relu(W₁ a + b₁) + b₂)). Dropout also falls on attention's probabilities.
///
/// The operation has its own backward pass. What a row needs is in its own history, so a few histories at a time go through all blocks
/// on one thread, and threads wait for each other only at the end of each pass.
package struct HistoryBlocks {
    /// One block's parameters, float32.
    package struct Block {
        let all: [Tensor]

        /// Takes Q, K, V and O [width, width], W₁ [hidden, width] and W₂ [width, hidden] with their biases, and the norms.
        package init(
            query: Tensor, key: Tensor, value: Tensor, output: Tensor, attentionNorm: LayerNorm, up: Linear, down: Linear,
            norm: LayerNorm
        ) {
            all = [
                query, key, value, output, attentionNorm.weight, attentionNorm.bias, up.weight, up.bias, down.weight, down.bias,
                norm.weight, norm.bias,
            ].compactMap { $0 }
        }
    }

    private let parameters: [Tensor]
    private let heads: Int
    private let epsilon: Double
    /// Whether there is such an operation for tensors of this kind on machines that can run it.
    private let isPossible: Bool

    /// Puts blocks together.
    ///
    /// - Parameters:
    ///   - position: P [positions, width].
    ///   - norm: the norm before the blocks; theirs have the same epsilon.
    ///   - heads: attention's; they divide the width.
    package init(position: Embedding, norm: LayerNorm, _ blocks: [Block], heads: Int) {
        parameters = [position.weight, norm.weight, norm.bias] + blocks.flatMap(\.all)
        self.heads = heads
        epsilon = norm.epsilon
        isPossible =
            !blocks.isEmpty && blocks.allSatisfy { $0.all.count == 12 }
            && parameters.allSatisfy { $0.device == .cpu && $0.dtype == .float32 && $0.size(-1) % 16 == 0 }
    }

    /// Whether the operation exists for these blocks on this machine.
    ///
    /// It needs the processor and its vector instructions, and widths that are multiples of 16.
    package var isAvailable: Bool { isPossible && BottleneckChain.hasProducts() }

    /// The results for items [rows, width]: float32 [rows, width], whatever precision is in effect.
    ///
    /// Dropout has the fates that ``Tensor/fastDropout(_:)`` would give a tensor of ones in which [1 + 2 · blocks, rows, width], in the
    /// order above, are followed by [blocks, heads, pairs] for the probabilities, for the pairs (row, row not after it) of each history in
    /// turn.
    ///
    /// - Parameters:
    ///   - positions: p of each row, int64 [rows].
    ///   - starts: where each history's rows start, and the number of all at the end, int64 [histories + 1].
    ///   - dropout: the probability with which a number is zeroed.
    ///   - place: where the histories stand among those of other processes, for all of which dropout is drawn; nil for no others.
    package func callAsFunction(
        _ items: Tensor, positions: Tensor, starts: Tensor, dropout: Double = 0, among place: HistoryPlace? = nil
    ) -> Tensor {
        Tensor.computed(by: "blocks over histories") { lend in
            CTorchHistories(
                items: lend(items), positions: lend(positions), starts: lend(starts), heads: Int64(heads), epsilon: epsilon,
                dropout: dropout, rows_before: Int64(place?.rowsBefore ?? 0), all_rows: Int64(place?.allRows ?? 0),
                pairs_before: Int64(place?.pairsBefore ?? 0), all_pairs: Int64(place?.allPairs ?? 0),
                parameters: lend(parameters), parameter_count: Int64(parameters.count))
        } _: {
            withUnsafePointer(to: $0, ctorch.history_blocks)
        }
    }
}

/// Where some histories stand among more, which other processes have: the same numbers are then dropped however these are shared out.
package struct HistoryPlace: Sendable, Equatable {
    /// Rows of the histories before.
    package var rowsBefore = 0
    /// Rows of all histories.
    package var allRows = 0
    /// Pairs (row, row not after it) of the histories before.
    package var pairsBefore = 0
    /// Pairs of all histories.
    package var allPairs = 0

    /// The place of some histories among all.
    ///
    /// - Parameters:
    ///   - histories: which they are.
    ///   - lengths: rows of each of all.
    package init(of histories: Range<Int>, lengths: [Int]) {
        for (history, length) in lengths.enumerated() {
            let pairs = length * (length + 1) / 2
            if history < histories.lowerBound {
                rowsBefore += length
                pairsBefore += pairs
            }
            allRows += length
            allPairs += pairs
        }
    }
}
