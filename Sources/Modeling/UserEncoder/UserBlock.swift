import Torch

/// One block of the user encoder: causal attention, then a feed-forward of four times the width; each with residual and LayerNorm.
///
/// x = LayerNorm(x + dropout(O attention(Q x, K x, V x))); x = LayerNorm(x + dropout(W₂ relu(W₁ x + b₁) + b₂)).
/// Q, K, V and O have no biases; dropout also falls on the attention's probabilities.
///
/// This is the plain form: accelerators use it, and on processors what `HistoryBlocks` cannot do.
struct UserBlock {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let attentionNorm: LayerNorm
    private let up: Linear
    private let down: Linear
    private let feedForwardNorm: LayerNorm
    private let heads: Int

    /// Asks for the block's parameters.
    init(_ parameters: Parameters, width: Int, heads: Int) throws {
        let attention = parameters.scoped("attention")
        func map(_ name: String) throws -> Linear {
            try Linear(attention.scoped(name), width, width, weight: .xavierNormal, bias: false)
        }
        query = try map("query")
        key = try map("key")
        value = try map("value")
        output = try map("output")
        attentionNorm = try LayerNorm(attention.scoped("norm"), width, epsilon: UserEncoder.epsilon)
        let feedForward = parameters.scoped("feed_forward")
        up = try Linear(feedForward.scoped("up"), width, 4 * width, weight: .xavierNormal, biasInitializer: .zeros)
        down = try Linear(feedForward.scoped("down"), 4 * width, width, weight: .xavierNormal, biasInitializer: .zeros)
        feedForwardNorm = try LayerNorm(feedForward.scoped("norm"), width, epsilon: UserEncoder.epsilon)
        self.heads = heads
    }

    /// What the block is as a part of one operation.
    var together: HistoryBlocks.Block {
        .init(
            query: query.weight, key: key.weight, value: value.weight, output: output.weight, attentionNorm: attentionNorm,
            up: up, down: down, norm: feedForwardNorm)
    }

    func callAsFunction(_ x: Tensor, _ rows: HistoryRows, dropout: Double) -> Tensor {
        func dropped(_ y: Tensor) -> Tensor { dropout > 0 ? y.fastDropout(dropout) : y }
        let sides = x.linear(.concatenated([query.weight, key.weight, value.weight], along: 0))  // [rows, 3 · width]
        let seen: Tensor
        if let padded = rows.padded {
            seen = padded.attention(sides, heads: heads, dropout: dropout)
        } else {
            let mask = dropout > 0 ? Tensor.ones([heads, rows.pairCount]).fastDropout(dropout) : nil
            seen = sides.historyAttention(starts: rows.starts, heads: heads, mask: mask)
        }
        let attended = attentionNorm(x + dropped(output(seen)))
        return feedForwardNorm(attended + dropped(down(up(attended).relu())))
    }
}
