import Torch

/// The learned states of the vocabulary's tokens.
struct TokenTable {
    /// The table [vocabulary, width], in the type of the checkpoint unless it is trained.
    let weight: Tensor
    /// The type of the states.
    let dtype: ElementType

    /// Asks for `weight`.
    init(_ parameters: Parameters, vocabulary: Int, width: Int) throws {
        weight = try parameters.table("weight", [vocabulary, width], .normal(0.02))
        dtype = parameters.dtype
    }

    /// Token numbers [items, tokens] as states [items, tokens, width].
    func callAsFunction(_ tokens: Tensor) -> Tensor { weight.embedding(tokens).to(dtype) }
}
