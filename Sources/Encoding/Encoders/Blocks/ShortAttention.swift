import Torch

/// Attention over rows of at most some hundred tokens on the processor.
///
/// The fused operator of LibTorch is made for long rows: for titles it takes longer than all matrix products of a block, since the softmax
/// of a row that does not fill vector registers falls back to one number at a time. Here the keys are filled up to whole registers with
/// ones that nobody sees, and two batched products with a softmax between them do the work. In training it is taken for 16-bit numbers
/// alone, where it takes half the time for pictures and a tenth for titles; with float32 both take the same time, and the fused operator
/// keeps less for the way back.
struct ShortAttention {
    /// Keys come in multiples of this: a register of 16-bit numbers.
    private static let register = 32
    /// For longer rows the logits would take more memory than the fused operator's tiles.
    static let longest = 256

    /// The tokens that each token sees.
    let sight: Attention.Sight
    /// The factor of the logits.
    let scale: Double
    /// The probability with which a weight is left out in training.
    var dropout = 0.0

    /// Whether this form stands for the fused operator.
    ///
    /// With dropout the answer does not depend on whether gradients are recorded: a pass that is run again has to draw the same.
    static func serves(_ queries: Tensor, _ keys: Tensor, dropout: Double) -> Bool {
        guard queries.device == .cpu && keys.size(2) <= longest else { return false }
        return queries.dtype != .float32 || (dropout == 0 && !queries.requiresGradient && !keys.requiresGradient)
    }

    /// softmax(Q Kᵀ scale + mask) V.
    ///
    /// - Parameters:
    ///   - queries: [items, heads, wanted, headWidth], the first of the tokens.
    ///   - keys: [items, heads, tokens, headWidth].
    ///   - values: as the keys.
    /// - Returns: [items, heads, wanted, headWidth].
    func callAsFunction(_ queries: Tensor, _ keys: Tensor, _ values: Tensor) -> Tensor {
        let (wanted, tokens, width) = (queries.size(2), keys.size(2), queries.size(3))
        let filled = (tokens + Self.register - 1) / Self.register * Self.register
        func rows(_ heads: Tensor, _ count: Int) -> Tensor {
            let whole = count == heads.size(2) ? heads : heads.padded([0, 0, 0, count - heads.size(2)])
            return whole.reshaped([-1, count, width])  // [items · heads, count, width]
        }
        let mask = mask(wanted, tokens, filled).to(queries.dtype)
        let logits = mask.addingProduct(rows(queries, wanted), rows(keys, filled).transposed(1, 2), scale: scale)
        let weights = logits.softmaxOfSameType()
        return (dropout > 0 ? weights.dropout(dropout) : weights).batchProduct(rows(values, filled)).reshaped(queries.shape)
    }

    /// What is added to the logits: 0 where a token is seen, else minus infinity. [1, wanted or 1, filled]
    private func mask(_ wanted: Int, _ tokens: Int, _ filled: Int) -> Tensor {
        let rows = sight == .all ? 1 : wanted
        var values = [Float](repeating: -.infinity, count: rows * filled)
        for row in 0..<rows {
            let seen: Range<Int> =
                switch sight {
                case .all: 0..<tokens
                case .before(let window): max(0, row + 1 - (window ?? tokens))..<(row + 1)
                case .around(let window): max(0, row - window)..<min(tokens, row + window + 1)
                }
            for place in seen { values[row * filled + place] = 0 }
        }
        return Tensor(values, shape: [1, rows, filled])
    }
}
