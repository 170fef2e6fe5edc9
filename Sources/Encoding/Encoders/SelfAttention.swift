import Torch

/// Attention of every token to every token of its item, in several heads.
///
/// Each head: softmax(Q Kᵀ / sqrt(d)) V with d = width / heads; the heads' results lie side by side. All tokens are seen: batches hold
/// no padding.
struct SelfAttention {
    let query: Linear
    let key: Linear
    let value: Linear
    let heads: Int

    /// Asks for `query`, `key` and `value`.
    init(_ parameters: Parameters, width: Int, heads: Int, bias: Bool = true) throws {
        query = try Linear(parameters.scoped("query"), width, width, bias: bias)
        key = try Linear(parameters.scoped("key"), width, width, bias: bias)
        value = try Linear(parameters.scoped("value"), width, width, bias: bias)
        self.heads = heads
    }

    /// Lets the tokens of `states` [items, tokens, width], or only those of `seekers`, look at all of `states`.
    func callAsFunction(_ states: Tensor, from seekers: Tensor? = nil, dropout: EncoderDropout = .none) -> Tensor {
        let (items, width) = (states.size(0), states.size(2))
        func split(_ x: Tensor) -> Tensor {
            x.reshaped([items, -1, heads, width / heads]).transposed(1, 2)  // [items, heads, tokens, width / heads]
        }
        let context = Tensor.attention(
            split(query(seekers ?? states)), split(key(states)), split(value(states)), dropout: dropout.attention)
        return context.transposed(1, 2).reshaped([items, -1, width])
    }
}
