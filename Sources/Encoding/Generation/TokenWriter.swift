package import Encoders
package import Files
package import Torch

/// Writes tokens after prompts of one length, one step for all items at a time.
package struct TokenWriter {
    /// What was written after one prompt.
    package struct Text: Sendable, Equatable {
        /// The tokens, without the one that ended the text.
        package var tokens: [Int32] = []
        /// Whether the model ended the text; false: it was cut at the most tokens.
        package var isEnded = false
    }

    private let model: DecoderModel
    private let file: GenerationFile

    /// Takes a decoder and what its folder says about texts.
    package init(_ model: DecoderModel, _ file: GenerationFile) { (self.model, self.file) = (model, file) }

    /// Token numbers [items, tokens] as the states that the first block reads.
    package func embed(_ tokens: Tensor) -> Tensor { withoutGradients { model.embed(tokens) } }

    /// Writes after prompts whose states are known.
    ///
    /// - Parameters:
    ///   - states: what the first block reads, [items, tokens, width].
    ///   - prompts: the token numbers of each item's prompt, for the penalty of repetitions.
    ///   - keys: a number of each item, which its draws follow from.
    ///   - stop: looked at between steps.
    /// - Returns: the texts, in the items' order.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for a prompt that is too long, and memory that runs out.
    package func write(
        after states: Tensor, prompts: [[Int32]], keys: [UInt64], _ options: GenerationOptions, stop: StopToken
    ) throws -> [Text] {
        let (items, length) = (states.size(0), states.size(1))
        guard options.maximumTokens <= model.maximum - length else {
            throw UserError(
                "a prompt of \(length) tokens and a text of \(options.maximumTokens) are longer than the model's "
                    + "\(model.maximum) tokens", remedy: "Write fewer tokens, or give a shorter prompt.")
        }
        var texts = [Text](repeating: Text(), count: items)
        guard items > 0, options.maximumTokens > 0 else { return texts }
        try withTensorErrors {
            try withoutGradients {
                let penalty = options.repetitionPenalty ?? file.repetitionPenalty
                var choice = TokenChoice(
                    options, penalty: penalty, keys: keys, prompts: prompts, vocabulary: model.vocabulary, on: model.device)
                let cache = model.cache(items: items, positions: length + options.maximumTokens)
                var places = Array(0..<items)  // the item of each row that is still written
                var read = model.read(states, after: cache).narrowed(1, from: length - 1)  // [rows, 1, width]
                while true {
                    try stop.check()
                    let logits = model.logits(read.selected(1, 0))  // [rows, vocabulary]
                    if cache.count == length { try checkFinite(logits) }
                    var chosen = choice.choose(logits)
                    // An operation that failed gives no numbers; its error is thrown around this call.
                    guard chosen.count == places.count else { return }
                    for row in places.indices.reversed() {
                        let item = places[row]
                        texts[item].isEnded = file.ends.contains(chosen[row])
                        if !texts[item].isEnded { texts[item].tokens.append(chosen[row]) }
                        guard texts[item].isEnded || texts[item].tokens.count == options.maximumTokens else { continue }
                        places.swapAt(row, places.count - 1)
                        chosen.swapAt(row, places.count - 1)
                        places.removeLast()
                        chosen.removeLast()
                        choice.remove(row)
                        cache.remove(row)
                    }
                    if places.isEmpty { return }
                    let tokens = Tensor(chosen.map(Int64.init), shape: [chosen.count, 1], on: model.device)
                    read = model.read(model.embed(tokens), after: cache)
                }
            }
        }
        return texts
    }

    /// - Throws: ``UserError`` where a logit is no number: the likeliest token would be any.
    private func checkFinite(_ logits: Tensor) throws {
        guard logits.isFinite().allTrue().array(of: Bool.self) == [false] else { return }
        throw UserError(
            "the model gives logits that are no finite numbers",
            remedy: "Its weights are damaged, or too large for the precision.")
    }
}
