/// Which tokens of a row a token sees.
package enum Sight: Sendable, Equatable {
    case all
    /// Itself and those before it; with a window at most that many.
    case before(window: Int? = nil)
    /// Those at most `window` tokens away on either side.
    case around(window: Int)

    /// Whether no token sees one after it.
    package var isCausal: Bool { if case .before = self { true } else { false } }

    /// Booleans [wanted, tokens], true where one of the first tokens (row) sees a token (column); nil where all are seen.
    package func mask(_ wanted: Int, of tokens: Int, on device: Device) -> Tensor? {
        let places = Tensor.range(0..<tokens, on: device)
        let distance = places.narrowed(0, 0..<wanted).unsqueezed(1) - places.unsqueezed(0)
        switch self {
        case .all: return nil
        case .before(let window):
            let past = distance .> -1
            return window.map { past.and((distance .> Double($0 - 1)).not()) } ?? past
        case .around(let window): return (distance .> Double(window)).not().and(distance .> Double(-window - 1))
        }
    }
}

extension Tensor {
    private static let attentionOperator = Operator("scaled_dot_product_attention")

    /// softmax(Q Kᵀ scale) V over the tokens that each token sees.
    ///
    /// LibTorch's fused operator, or for short rows on the processor two products with a softmax between them.
    ///
    /// - Parameters:
    ///   - query: [items, heads, wanted, width], the first of the tokens.
    ///   - key: [items, heads, tokens, width].
    ///   - value: as the keys.
    ///   - dropout: the probability with which a weight is left out.
    /// - Returns: [items, heads, wanted, width].
    package static func attention(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, seeing sight: Sight, dropout: Double = 0, scale: Double
    ) -> Tensor {
        if ShortAttention.serves(query, key, dropout: dropout) {
            return ShortAttention(sight: sight, scale: scale, dropout: dropout)(query, key, value)
        }
        let (wanted, tokens) = (query.size(2), key.size(2))
        // A mask is needed for all but "all" and "those before", which the operator knows.
        let isLimited =
            switch sight {
            case .all, .before(nil): false
            case .before(let window?): window < tokens
            case .around(let window): window < tokens - 1
            }
        let mask = isLimited ? sight.mask(wanted, of: tokens, on: query.device) : nil
        return .attention(
            query, key, value, mask: mask, dropout: dropout, causal: sight.isCausal && mask == nil, scale: scale)
    }

    /// softmax(Q Kᵀ scale + mask) V with queries [.., positions, width].
    ///
    /// - Parameters:
    ///   - mask: boolean, true where a key may be seen; or numbers to add to the logits.
    ///   - scale: nil: 1 / sqrt(width).
    package static func attention(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil, dropout: Double = 0, causal: Bool = false,
        scale: Double? = nil
    ) -> Tensor {
        attentionOperator(
            .tensor(query), .tensor(key), .tensor(value), .tensor(mask), .double(dropout), .bool(causal),
            scale.map { .double($0) } ?? .none)
    }
}

/// Attention over rows of at most some hundred tokens on the processor.
///
/// The fused operator of LibTorch is made for long rows: for titles it takes longer than all matrix products of a block, since the softmax
/// of a row that does not fill vector registers falls back to one number at a time. Here the keys are filled up to whole registers with
/// ones that nobody sees, and two batched products with a softmax between them do the work. In training it is taken for 16-bit numbers
/// alone, where it takes half the time for pictures and a tenth for titles; with float32 both take the same time, and the fused operator
/// keeps less for the way back.
private struct ShortAttention {
    /// Keys come in multiples of this: a register of 16-bit numbers.
    private static let register = 32
    /// For longer rows the logits would take more memory than the fused operator's tiles.
    static let longest = 256

    /// The tokens that each token sees.
    let sight: Sight
    /// The factor of the logits.
    let scale: Double
    /// The probability with which a weight is left out in training.
    var dropout = 0.0

    /// Whether this form is taken in place of the fused operator.
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
