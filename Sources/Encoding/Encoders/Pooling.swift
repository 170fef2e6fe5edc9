package import Torch

/// How the token states of an item become one vector.
public enum Pooling: String, Sendable, Codable, CaseIterable {
    /// The first token's state: [CLS] of BERT, the class token of ViT.
    case first
    /// The mean over the tokens' states, padding left out.
    case mean
    /// The state of the last token that is not padding.
    case last

    /// Pools token states.
    ///
    /// - Parameters:
    ///   - states: [items, tokens, width].
    ///   - lengths: how many tokens of each item are not padding (`int64`) [items], at least 1; nil when there is no padding.
    /// - Returns: [items, width], of the states' type; the mean is taken in float32.
    package func callAsFunction(_ states: Tensor, lengths: Tensor? = nil) -> Tensor {
        switch (self, lengths) {
        case (.first, _): return states.selected(1, 0)
        case (.mean, nil): return states.to(.float32).mean(along: 1).to(states.dtype)
        case (.last, nil): return states.selected(1, states.size(1) - 1)
        case (.mean, let lengths?):
            let positions = Tensor.range(0..<states.size(1), on: states.device).unsqueezed(0)
            let counts = lengths.unsqueezed(1)
            let mask = (positions .< counts).unsqueezed(2)  // [items, tokens, 1]
            let sum = states.to(.float32).filled(0, where: mask.not()).sum(along: 1)
            return (sum / counts.to(.float32)).to(states.dtype)
        case (.last, let lengths?):
            let items = Tensor.range(0..<states.size(0), on: states.device)
            return states.at([items, (lengths - 1).to(.int64)])
        }
    }
}
