import Torch

/// Attention of tokens to the tokens of their item, in several heads.
///
/// Each head gives softmax(cap(Q Kᵀ scale + bias)) V; the heads' results lie side by side and go through the output map. Batches hold no
/// padding. With fewer key heads than heads, neighbouring heads share one (grouped queries).
struct Attention: TokenMixer {
    var query: Linear
    let key: Linear
    var value: Linear
    let output: Linear
    let shape: AttentionShape

    /// The factor of the logits.
    var scale: Double
    /// Which tokens a token sees.
    var sight = Sight.all
    /// Turns queries and keys by their token's position.
    var rotation: (any Rotation)?
    /// Norms of each head's query and key.
    var headNorms: (query: any TokenMap, key: any TokenMap)?
    /// Logits x become cap · tanh(x / cap).
    var cap: Double?
    /// What is added to the logits by the tokens' positions; not together with a cap.
    var bias: (any PositionBias)?
    /// A norm of the heads' results before the output map.
    var contextNorm: (any TokenMap)?

    /// Takes the four maps.
    init(query: Linear, key: Linear, value: Linear, output: Linear, shape: AttentionShape) {
        (self.query, self.key, self.value, self.output) = (query, key, value, output)
        self.shape = shape
        scale = 1 / Double(shape.headWidth).squareRoot()
    }

    func callAsFunction(_ states: Tensor, first count: Int?, dropout: EncoderDropout) -> Tensor {
        let tokens = states.size(1)
        let wanted = count ?? tokens
        let seekers = wanted == tokens ? states : states.narrowed(1, 0..<wanted)
        // No token after the wanted ones is seen by them.
        let seen = sight.isCausal ? seekers : states
        var queries = split(query(seekers), shape.heads)  // [items, heads, wanted, headWidth]
        var keys = split(key(seen), shape.keyHeads)  // [items, keyHeads, seen, headWidth]
        let values = split(value(seen), shape.keyHeads)
        if let headNorms { (queries, keys) = (headNorms.query(queries), headNorms.key(keys)) }
        if let rotation { (queries, keys) = (rotation(queries), rotation(keys)) }
        let context = attend(queries, repeated(keys), repeated(values), dropout: dropout.attention)
        let joined = context.transposed(1, 2).reshaped([states.size(0), wanted, shape.heads * shape.headWidth])
        return output(contextNorm?(joined) ?? joined)
    }

    /// [items, tokens, heads · headWidth] to [items, heads, tokens, headWidth].
    func split(_ states: Tensor, _ heads: Int) -> Tensor {
        states.reshaped([states.size(0), states.size(1), heads, shape.headWidth]).transposed(1, 2)
    }

    /// Keys or values for every head.
    func repeated(_ keys: Tensor) -> Tensor {
        if shape.keyHeads == shape.heads { return keys }
        let (items, tokens) = (keys.size(0), keys.size(2))
        return keys.unsqueezed(2).expanded([items, shape.keyHeads, shape.heads / shape.keyHeads, tokens, shape.headWidth])
            .reshaped([items, shape.heads, tokens, shape.headWidth])
    }

    func attend(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, dropout: Double) -> Tensor {
        let wanted = queries.size(2)
        guard let cap else {
            guard let bias else {
                return .attention(queries, keys, values, seeing: sight, dropout: dropout, scale: scale)
            }
            let added = bias(tokens: keys.size(2)).narrowed(2, 0..<wanted).to(queries.dtype)
            return .attention(queries, keys, values, mask: added, dropout: dropout, scale: scale)
        }
        var logits = (queries.matmul(keys.transposed(2, 3)) * (scale / cap)).tanh() * cap  // [items, heads, wanted, seen]
        if let mask = sight.mask(wanted, of: keys.size(2), on: queries.device) {
            logits = logits.filled(-.infinity, where: mask.not())
        }
        let weights = logits.to(.float32).softmax().to(queries.dtype)
        return (dropout > 0 ? weights.dropout(dropout) : weights).matmul(values)
    }
}

/// The heads of an attention.
struct AttentionShape: Sendable, Equatable {
    /// How many heads ask.
    var heads: Int
    /// How many heads of keys and values there are; a divisor of `heads`.
    var keyHeads: Int
    /// Values per head.
    var headWidth: Int

    /// Values of all heads' queries.
    var width: Int { heads * headWidth }
    /// Values of all heads' keys.
    var keyWidth: Int { keyHeads * headWidth }
}

extension ConfigurationFile {
    /// The heads that share a width evenly, each with its own key.
    func heads(
        _ key: String = "num_attention_heads", width: Int, named widthKey: String = "hidden_size", default usual: Int? = nil
    ) throws -> AttentionShape {
        let heads = try size(key, default: usual)
        guard width % heads == 0 else { throw error(key, "is \(heads), which does not divide \(widthKey) \(width)") }
        return AttentionShape(heads: heads, keyHeads: heads, headWidth: width / heads)
    }

    /// Checks that `head_dim`, where it is there, says no more than that heads share the width evenly.
    func checkHeadWidth(_ heads: AttentionShape) throws {
        guard has("head_dim") else { return }
        let headWidth = try size("head_dim")
        guard headWidth == heads.headWidth else {
            throw error(
                "head_dim", "is \(headWidth), only \(heads.headWidth) is supported",
                remedy: "Only models whose heads share hidden_size evenly are read.")
        }
    }
}

/// What attention adds to its logits by the positions of the two tokens.
protocol PositionBias {
    /// The summands [1, heads, tokens, tokens].
    func callAsFunction(tokens: Int) -> Tensor
}
