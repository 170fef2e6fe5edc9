import Torch

/// The embeddings of DeBERTa: LayerNorm(word (+ position) (+ segment 0)), widened where the word table is narrower than the states.
struct DeBERTaEmbeddings: EncoderPart {
    let words: TokenTable
    let positions: Tensor?
    let segment: Tensor?
    let projection: Linear?
    let norm: LayerNorm

    init(_ parameters: Parameters, _ configuration: DeBERTaConfiguration) throws {
        let narrow = configuration.embeddingWidth
        words = try TokenTable(parameters.scoped("word_embeddings"), vocabulary: configuration.vocabulary, width: narrow)
        positions =
            configuration.hasPositions
            ? try parameters.scoped("position_embeddings")("weight", [configuration.maximum, narrow], .normal(0.02)) : nil
        segment =
            configuration.segments > 0
            ? try parameters.scoped("token_type_embeddings")("weight", [configuration.segments, narrow], .normal(0.02))
                .selected(0, 0) : nil
        projection =
            narrow == configuration.width
            ? nil : try Linear(parameters.scoped("embed_proj"), narrow, configuration.width, bias: false)
        norm = try LayerNorm(parameters.scoped("LayerNorm"), configuration.width, epsilon: configuration.epsilon)
    }

    func callAsFunction(_ tokens: Tensor, dropout: EncoderDropout) -> Tensor {
        var states = words(tokens)
        if let positions { states = states + positions.narrowed(0, 0..<tokens.size(1)) }
        if let segment { states = states + segment }
        return dropout(norm(projection?(states) ?? states))
    }
}
