import Torch

/// The attention of DeBERTa (He et al. 2021), in which contents and distances look at each other.
///
/// Logits: (Q_i · K_j + Q_i · Kd_δ(i,j) + K_j · Qd_δ(i,j)) / sqrt(headWidth · terms), where Kd and Qd are keys and queries of distances, δ is the
/// row of the distance i - j, and terms counts the summands that `pos_att_type` names, those too that relative attention alone would add.
struct DisentangledAttention: TokenMixer {
    var query: Linear
    let key: Linear
    var value: Linear
    let output: Linear
    let shape: AttentionShape
    /// How many summands the logits are scaled for.
    var terms = 1
    var distances: DistanceEmbeddings?
    /// Whether distances go through the maps of the contents.
    var sharesMaps = false
    /// The map of distances to keys; nil where content does not look at distances.
    var distanceKey: Linear?
    /// The map of distances to queries; nil where distances do not look at content.
    var distanceQuery: Linear?

    func callAsFunction(_ states: Tensor, first count: Int?, dropout: EncoderDropout) -> Tensor {
        let (items, tokens) = (states.size(0), states.size(1))
        let wanted = count ?? tokens
        let queries = split(query(states.narrowed(1, 0..<wanted)))  // [items, heads, wanted, headWidth]
        let (keys, values) = (split(key(states)), split(value(states)))  // [items, heads, tokens, headWidth]
        var logits = queries.matmul(keys.transposed(2, 3))  // [items, heads, wanted, tokens]
        if let distances {
            let table = dropout(distances.states).unsqueezed(0)
            let rows = distances.rows(tokens: tokens, on: states.device).narrowed(0, 0..<wanted)  // [wanted, tokens]
            if let distanceKey {
                let all = queries.matmul(split(distanceKey(table)).transposed(2, 3))  // [items, heads, wanted, 2 span]
                logits = logits + all.gathering(rows.expanded([items, shape.heads, wanted, tokens]), along: 3)
            }
            if let distanceQuery {
                let all = keys.matmul(split(distanceQuery(table)).transposed(2, 3))  // [items, heads, tokens, 2 span]
                let columns = rows.transposed(0, 1).expanded([items, shape.heads, tokens, wanted])
                logits = logits + all.gathering(columns, along: 3).transposed(2, 3)
            }
        }
        let weights = (logits / Double(shape.headWidth * terms).squareRoot()).softmax()
        let context = (dropout.attention > 0 ? weights.dropout(dropout.attention) : weights).matmul(values)
        return output(context.transposed(1, 2).reshaped([items, wanted, shape.width]))
    }

    private func split(_ states: Tensor) -> Tensor {
        states.reshaped([states.size(0), states.size(1), shape.heads, shape.headWidth]).transposed(1, 2)
    }
}
