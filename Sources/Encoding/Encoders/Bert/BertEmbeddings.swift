import Torch

/// The embeddings of BERT: LayerNorm(word + position + segment 0).
struct BertEmbeddings: EncoderPart {
    let words: TokenTable
    let positions: Embedding
    let segments: Embedding
    let norm: LayerNorm
    let firstPosition: Int

    init(_ parameters: Parameters, _ configuration: BertConfiguration) throws {
        let width = configuration.width
        words = try TokenTable(parameters.scoped("word_embeddings"), vocabulary: configuration.vocabulary, width: width)
        positions = try Embedding(parameters.scoped("position_embeddings"), configuration.positions, width, .normal(0.02))
        segments = try Embedding(parameters.scoped("token_type_embeddings"), configuration.segments, width, .normal(0.02))
        norm = try LayerNorm(parameters.scoped("LayerNorm"), width, epsilon: configuration.epsilon)
        firstPosition = configuration.firstPosition
    }

    func callAsFunction(_ tokens: Tensor, dropout: EncoderDropout) -> Tensor {
        let count = tokens.size(1)
        precondition(firstPosition + count <= positions.weight.size(0), "\(count) tokens are more than the encoder reads")
        let position = positions.weight.narrowed(0, firstPosition..<(firstPosition + count))  // [tokens, width]
        let segment = segments.weight.selected(0, 0)  // [width]
        return dropout(norm(words(tokens) + (position + segment)))
    }
}
