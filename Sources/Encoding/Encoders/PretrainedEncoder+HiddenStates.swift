package import Torch

extension PretrainedEncoder {
    /// Runs an input through the blocks and shows each hidden state as it comes; none is kept.
    ///
    /// - Parameters:
    ///   - input: what ``EncoderFamily/input`` says, on the encoder's device.
    ///   - last: the number of the last hidden state; blocks after it are not computed. nil: the last loaded.
    ///   - dropout: the probabilities in training.
    ///   - body: takes the number and the token states [items, tokens, width].
    package func forEachHiddenState(
        of input: Tensor, through last: Int? = nil, dropout: EncoderDropout = .none, _ body: (Int, Tensor) throws -> Void
    ) rethrows {
        let last = last ?? blocks.count
        precondition(last <= blocks.count, "hidden state \(last) of an encoder that was loaded through \(blocks.count)")
        var states = embed(input, dropout: dropout)
        try body(0, states)
        for (index, block) in blocks.prefix(last).enumerated() {
            states = block(states, dropout: dropout)
            try body(index + 1, numbered(index + 1, states, dropout: dropout))
        }
    }

    /// A block's output as the hidden state of that number: after the final norm where the family counts the last one so.
    private func numbered(_ layer: Int, _ states: Tensor, dropout: EncoderDropout) -> Tensor {
        guard layer == family.depth, family.normalizesLastState else { return states }
        return finalNorm?(states, dropout: dropout) ?? states
    }

    /// The hidden states of an input.
    ///
    /// - Parameters:
    ///   - input: what ``EncoderFamily/input`` says, on the encoder's device.
    ///   - layers: the numbers of the states wanted, in any order; nil: all that are loaded. Nothing after the largest is computed.
    ///   - dropout: the probabilities in training.
    /// - Returns: token states [items, tokens, width], in the order of `layers`.
    package func hiddenStates(of input: Tensor, layers: [Int]? = nil, dropout: EncoderDropout = .none) -> [Tensor] {
        let layers = layers ?? Array(0...blocks.count)
        var kept: [Int: Tensor] = [:]
        forEachHiddenState(of: input, through: layers.max() ?? 0, dropout: dropout) { layer, states in
            if layers.contains(layer) { kept[layer] = states }
        }
        return layers.map { layer in
            guard let states = kept[layer] else { preconditionFailure("hidden state \(layer) does not exist") }
            return states
        }
    }

    /// The pooled hidden states of an input: what a hidden-state store keeps.
    ///
    /// Where the first token's state is kept, the last block is run for that token alone.
    ///
    /// - Parameters:
    ///   - input: what ``EncoderFamily/input`` says, on the encoder's device, without padding.
    ///   - layers: the numbers of the states wanted.
    ///   - pooling: how token states become one vector.
    /// - Returns: float32 [items, layers, width] on the encoder's device.
    package func pooledStates(of input: Tensor, layers: [Int], pooling: Pooling) -> Tensor {
        let result = Tensor.empty([input.size(0), layers.count, family.width], on: input.device)
        func keep(_ layer: Int, _ states: Tensor) {
            for (position, wanted) in layers.enumerated() where wanted == layer {
                result.selected(1, position).copy(from: pooling(states))
            }
        }
        let last = layers.max() ?? 0
        guard pooling == .first, last > 0 else {
            forEachHiddenState(of: input, through: last, keep)
            return result
        }
        var before = input
        forEachHiddenState(of: input, through: last - 1) { layer, states in
            keep(layer, states)
            before = states
        }
        keep(last, numbered(last, blocks[last - 1].firstToken(before, dropout: .none), dropout: .none))
        return result
    }

    /// The last hidden state after the final norm, pooled: what fine-tuning trains on.
    ///
    /// - Parameters:
    ///   - input: what ``EncoderFamily/input`` says, on the encoder's device, without padding.
    ///   - pooling: how token states become one vector.
    ///   - dropout: the probabilities in training.
    /// - Returns: [items, width].
    /// - Precondition: all blocks are loaded.
    package func pooledLastState(of input: Tensor, pooling: Pooling, dropout: EncoderDropout = .none) -> Tensor {
        guard pooling == .first, let last = blocks.last else {
            return pooling(lastHiddenState(of: input, dropout: dropout))
        }
        precondition(blocks.count == family.depth, "the last blocks were not loaded")
        let states = blocks.dropLast().reduce(embed(input, dropout: dropout)) { $1($0, dropout: dropout) }
        let first = last.firstToken(states, dropout: dropout)  // [items, 1, width]
        return (finalNorm?(first, dropout: dropout) ?? first).selected(1, 0)
    }

    /// The last hidden state after the final norm, as `last_hidden_state` of `transformers`: [items, tokens, width].
    ///
    /// - Precondition: all blocks are loaded.
    package func lastHiddenState(of input: Tensor, dropout: EncoderDropout = .none) -> Tensor {
        precondition(blocks.count == family.depth, "the last blocks were not loaded")
        let states = blocks.reduce(embed(input, dropout: dropout)) { states, block in block(states, dropout: dropout) }
        return finalNorm?(states, dropout: dropout) ?? states
    }
}
