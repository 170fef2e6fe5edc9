import Torch

/// The embeddings of a decoder: each token's row of the table, times a factor in some families. Positions come in with attention.
struct DecoderEmbeddings: EncoderPart {
    let table: TokenTable
    let scale: Double?

    func callAsFunction(_ tokens: Tensor, dropout: EncoderDropout) -> Tensor {
        let states = table(tokens)
        // Gemma rounds the factor to the type of the states: 55.43 becomes 55.5 in bfloat16.
        return scale.map { states * Tensor(Float($0), on: states.device).to(states.dtype) } ?? states
    }
}
