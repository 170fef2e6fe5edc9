import Files
import Torch

/// Chooses the next token of each item from its logits.
struct TokenChoice {
    private let options: GenerationOptions
    private let penalty: Double
    /// A seed of each item.
    private var keys: [UInt64]
    /// Booleans [items, vocabulary]: what the item's prompt and text have; nil without a penalty.
    private let present: Tensor?
    /// How many tokens were chosen before.
    private var step = 0

    /// Starts with what prompts hold.
    ///
    /// - Parameters:
    ///   - keys: a number of each item, which its draws follow from.
    ///   - prompts: the token numbers of each item's prompt.
    init(_ options: GenerationOptions, penalty: Double, keys: [UInt64], prompts: [[Int32]], vocabulary: Int, on device: Device)
    {
        (self.options, self.penalty, self.keys) = (options, penalty, keys)
        guard penalty != 1 else {
            present = nil
            return
        }
        let mask = Tensor.zeros([prompts.count, vocabulary], dtype: .bool, on: device)
        for (item, tokens) in prompts.enumerated() { Self.mark(tokens.filter { $0 < vocabulary }, of: item, in: mask) }
        present = mask
    }

    /// The chosen tokens of the items whose logits are given.
    ///
    /// - Parameter logits: float32 [items, vocabulary].
    mutating func choose(_ logits: Tensor) -> [Int32] {
        let items = logits.size(0)
        let fair = present.map { penalized(logits, $0.narrowed(0, 0..<items)) } ?? logits
        let chosen = options.temperature > 0 ? drawn(fair) : fair.indexOfLargest(along: 1)
        step += 1
        let tokens = chosen.to(.int64).array(of: Int64.self).map { Int32(truncatingIfNeeded: $0) }
        if let present { for (item, token) in tokens.enumerated() { Self.mark([token], of: item, in: present) } }
        return tokens
    }

    /// Takes an item out; the last one takes its place.
    mutating func remove(_ item: Int) {
        keys.swapAt(item, keys.count - 1)
        keys.removeLast()
        if let present, item < keys.count { present.selected(0, item).copy(from: present.selected(0, keys.count)) }
    }

    private static func mark(_ tokens: [Int32], of item: Int, in mask: Tensor) {
        guard !tokens.isEmpty else { return }
        let row = mask.selected(0, item)
        row.put(Tensor.ones([], dtype: .bool, on: mask.device), at: [Tensor(tokens.map(Int64.init), on: mask.device)])
    }

    private func penalized(_ logits: Tensor, _ present: Tensor) -> Tensor {
        let lowered = (logits / penalty).kept(where: logits .> 0, otherwise: logits * penalty)
        return lowered.kept(where: present, otherwise: logits)
    }

    /// One draw for each item, from the likeliest tokens that have the probability `topP` together.
    private func drawn(_ logits: Tensor) -> Tensor {
        let sorted = logits.largest(logits.size(1))
        let sums = Self.nucleus((sorted.values / options.temperature).softmax(), topP: options.topP).runningSum(along: 1)
        let draws = keys.map { key in
            var numbers = SplitMix64(seed: options.seed ^ SplitMix64.mixed(key), number: step)
            return Float(numbers.next() >> 40) / Float(1 << 24)
        }
        let marks = Tensor(draws, on: logits.device).unsqueezed(1) * sums.narrowed(1, from: sums.size(1) - 1)  // [items, 1]
        let places = (marks .>= sums).to(.int64).sum(along: 1, keeping: true)
        return sorted.indices.gathering(places, along: 1).squeezed(1)
    }

    /// Sorted probabilities [items, tokens] with zeros for those beyond the first ones that make up `topP`.
    static func nucleus(_ probabilities: Tensor, topP: Double) -> Tensor {
        guard topP < 1 else { return probabilities }
        let before = probabilities.runningSum(along: 1) - probabilities
        return probabilities.filled(0, where: (before .< Tensor(Float(topP), on: before.device)).not())
    }
}
