import Torch

/// What the `config.json` of a DeBERTa of version 2 or 3 says.
struct DeBERTaConfiguration: Sendable {
    let vocabulary: Int
    let width: Int
    /// Values per row of the word embeddings.
    let embeddingWidth: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    let maximum: Int
    let segments: Int
    let hasPositions: Bool
    let dropout: EncoderDropout
    /// How many summands attention's logits are scaled for.
    let terms: Int
    /// How attention sees distances; nil where it does not.
    let distances: Distances?
    /// The convolution beside the first block; nil where there is none.
    let convolution: Convolution?

    /// Distances between tokens in attention.
    struct Distances: Sendable {
        /// Rows of the distance embeddings on each side of 0.
        let span: Int
        /// Half of what distances are put into; nil: each distance is its own.
        let buckets: Int?
        let maximum: Int
        /// Whether a token's content looks at distances.
        let fromContent: Bool
        /// Whether distances look at a token's content.
        let toContent: Bool
        /// Whether distances go through the maps of the contents.
        let sharesMaps: Bool
        let isNormalized: Bool
    }

    /// A convolution over the tokens.
    struct Convolution: Sendable {
        let kernel: Int
        let groups: Int
        let activation: Activation
    }

    init(_ configuration: ConfigurationFile) throws {
        vocabulary = try configuration.size("vocab_size")
        width = try configuration.size("hidden_size")
        embeddingWidth = try configuration.size("embedding_size", default: width)
        depth = try configuration.size("num_hidden_layers")
        intermediate = try configuration.size("intermediate_size")
        activation = try configuration.activation("hidden_act", default: "gelu")
        epsilon = try configuration.epsilon("layer_norm_eps", default: 1e-7)
        maximum = try configuration.size("max_position_embeddings", default: 512)
        segments = try configuration.whole("type_vocab_size", in: 0...65_536, default: 0)
        hasPositions = try configuration.flag("position_biased_input", default: true)
        dropout = EncoderDropout(
            hidden: try configuration.probability("hidden_dropout_prob", default: 0.1),
            attention: try configuration.probability("attention_probs_dropout_prob", default: 0.1))
        let even = try configuration.heads(width: width)
        let headWidth = try configuration.size("attention_head_size", default: even.headWidth)
        heads = AttentionShape(heads: even.heads, keyHeads: even.heads, headWidth: headWidth)
        let kinds = try Self.listed("pos_att_type", configuration)
        terms = 1 + ["c2p", "p2c"].filter(kinds.contains).count
        distances = try Self.distances(configuration, kinds, maximum: maximum)
        let kernel = try configuration.whole("conv_kernel_size", in: 0...1023, default: 0)
        guard kernel == 0 || kernel % 2 == 1 else {
            throw configuration.error("conv_kernel_size", "is \(kernel), expected an odd number")
        }
        convolution =
            kernel == 0
            ? nil
            : Convolution(
                kernel: kernel, groups: try configuration.size("conv_groups", default: 1),
                activation: try configuration.activation("conv_act", default: "tanh"))
        if let convolution, width % convolution.groups != 0 {
            throw configuration.error("conv_groups", "is \(convolution.groups), which does not divide hidden_size \(width)")
        }
    }

    /// A list of words, which may be one text with bars between them.
    private static func listed(_ key: String, _ configuration: ConfigurationFile) throws -> [String] {
        guard configuration.has(key) else { return [] }
        if let list = try? configuration.optional(key, [String].self, "a list of texts") { return list }
        return try configuration.text(key).lowercased().split(separator: "|").map { $0.filter { !$0.isWhitespace } }
    }

    private static func distances(
        _ configuration: ConfigurationFile, _ kinds: [String], maximum: Int
    ) throws -> Distances? {
        guard try configuration.flag("relative_attention", default: false) else { return nil }
        func orNone(_ key: String) throws -> Int? {
            let value = try configuration.whole(key, in: -1...(1 << 24), default: -1)
            return value < 1 ? nil : value
        }
        let farthest = try orNone("max_relative_positions") ?? maximum
        let buckets = try orNone("position_buckets")
        if let buckets, buckets < 4 { throw configuration.error("position_buckets", "is \(buckets), expected a number from 4") }
        if let buckets, farthest - 1 <= buckets / 2 {
            throw configuration.error("max_relative_positions", "is \(farthest), too small for \(buckets) buckets")
        }
        return Distances(
            span: buckets ?? farthest, buckets: buckets, maximum: farthest, fromContent: kinds.contains("c2p"),
            toContent: kinds.contains("p2c"), sharesMaps: try configuration.flag("share_att_key", default: false),
            isNormalized: try listed("norm_rel_ebd", configuration).contains("layer_norm"))
    }
}
