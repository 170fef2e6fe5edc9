import Torch

extension Attention {
    /// Attention of tokens that follow those of a cache, which takes theirs in.
    ///
    /// - Parameter states: [items, tokens, width].
    /// - Returns: [items, tokens, width].
    func following(_ states: Tensor, _ cache: KeyValueCache.Block) -> Tensor {
        let (items, tokens) = (states.size(0), states.size(1))
        var queries = split(query(states), shape.heads)  // [items, heads, tokens, headWidth]
        var keys = split(key(states), shape.keyHeads)
        let values = split(value(states), shape.keyHeads)
        if let headNorms { (queries, keys) = (headNorms.query(queries), headNorms.key(keys)) }
        if rotation != nil {
            let angles = cache.angles.narrowed(cache.start..<(cache.start + tokens))
            (queries, keys) = (angles.turn(queries), angles.turn(keys))
        }
        let context: Tensor
        if tokens == 1 {
            let end = cache.start + 1
            let seen = cache.append(keys, values, seenFrom: window.map { max(0, end - $0) } ?? 0)
            // The heads that share a key are rows of one product, so that no key is copied.
            let grouped = queries.reshaped([items, shape.keyHeads, shape.heads / shape.keyHeads, shape.headWidth])
            context = attend(grouped, seen.keys, seen.values, seeing: nil)
        } else if cache.start == 0 {
            _ = cache.append(keys, values, seenFrom: 0)
            context = attend(queries, repeated(keys), repeated(values), dropout: 0)
        } else {
            let seen = cache.append(keys, values, seenFrom: 0)
            let end = cache.start + tokens
            let mask = sight.mask(end, of: end, on: states.device).map { $0.narrowed(0, cache.start..<end) }
            context = attend(queries, repeated(seen.keys), repeated(seen.values), seeing: mask)
        }
        let joined = context.reshaped([items, shape.heads, tokens, shape.headWidth]).transposed(1, 2)
        return output(joined.reshaped([items, tokens, shape.width]))
    }

    /// How many tokens a token sees at most; nil: all before it.
    private var window: Int? { if case .before(let window) = sight { window } else { nil } }

    /// softmax(cap(Q Kᵀ scale)) V over the keys that a mask shows, all without one.
    private func attend(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, seeing mask: Tensor?) -> Tensor {
        guard let cap else { return .attention(queries, keys, values, mask: mask, scale: scale) }
        var logits = (queries.matmul(keys.transposed(2, 3)) * (scale / cap)).tanh() * cap
        if let mask { logits = logits.filled(-.infinity, where: mask.not()) }
        return logits.to(.float32).softmax().to(queries.dtype).matmul(values)
    }
}

extension PreNormBlock {
    /// Runs the block for tokens that follow those of a cache.
    func following(_ states: Tensor, _ cache: KeyValueCache.Block) -> Tensor {
        guard let attention = mixer as? Attention else { preconditionFailure("only attention has keys to be kept") }
        return add(to: states, attention.following(mixerNorm?(states) ?? states, cache), .none)
    }
}
