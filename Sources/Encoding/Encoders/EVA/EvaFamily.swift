package import Files
package import Torch

/// EVA and EVA-02 as timm keeps them: a ViT, in EVA-02 with rotary positions of the patch grid and a gated feed-forward step.
///
/// The mask token and the head are not read.
package struct EvaFamily: EncoderFamily {
    /// What an `architecture` that starts with `eva_` or `eva02_` counts as.
    package static let modelTypes = ["timm/eva", "timm/eva02"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        ConfigurationKeys(
            read: "architecture input_size model_args pretrained_cfg",
            withoutEffect: "global_pool label_descriptions label_names num_classes num_features")
    }

    let configuration: EvaConfiguration

    /// Reads and checks a configuration, and the shapes of the tensors beside it.
    ///
    /// - Throws: ``UserError`` that names the file and the key or tensor that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try EvaConfiguration(configuration)
    }

    /// Pixels of the size that the positions were made for.
    package var input: EncoderInput { .pixels(configuration.grid) }
    /// Values per token state.
    package var width: Int { configuration.width }
    /// How many blocks there are.
    package var depth: Int { configuration.depth }
    /// None: timm keeps no record of training.
    package var dropout: EncoderDropout { .none }
    /// The state of the class token, which the CLIP models compare with texts.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the map of the patches.
    package var anchor: (name: String, prefixes: [String]) { ("patch_embed.proj.weight", [""]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let grid = configuration.grid
        return PictureEmbeddings(
            leadingTokens: [try parameters("cls_token", [1, 1, width], .normal(0.02))],
            patches: try PatchProjection(parameters.scoped("patch_embed.proj"), grid, width: width),
            positions: has("pos_embed") ? try parameters("pos_embed", [1, grid.tokens, width], .normal(0.02)) : nil)
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let parameters = parameters.scoped("blocks", index)
        let attention = try attention(parameters.scoped("attn"))
        let feedForward = try feedForward(parameters.scoped("mlp"))
        let (first, second) = (try norm(parameters, "norm1", width), try norm(parameters, "norm2", width))
        if configuration.isPostNorm {
            return PreNormBlock(mixer: attention, mixerResult: first, feedForward: feedForward, feedForwardResult: second)
        }
        return PreNormBlock(
            mixerNorm: first, mixer: attention, mixerResult: try scale(parameters, "gamma_1"),
            feedForwardNorm: second, feedForward: feedForward, feedForwardResult: try scale(parameters, "gamma_2"))
    }

    /// The norm after the last block, which is no part of a hidden state; nil where only the classifier has one.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        has("norm.weight") ? try norm(parameters, "norm", width) : nil
    }

    private func has(_ name: String) -> Bool { configuration.names.contains(name) }

    private func norm(_ parameters: Parameters, _ name: String, _ width: Int) throws -> LayerNorm {
        try LayerNorm(parameters.scoped(name), width, epsilon: configuration.epsilon)
    }

    private func scale(_ parameters: Parameters, _ name: String) throws -> LayerScale? {
        has("gamma_1") ? LayerScale(weight: try parameters(name, [width], .ones)) : nil
    }

    private func attention(_ parameters: Parameters) throws -> Attention {
        let maps = has("attn.qkv.weight") ? try fusedMaps(parameters) : try separateMaps(parameters)
        var attention = Attention(
            query: maps[0], key: maps[1], value: maps[2], output: try Linear(parameters.scoped("proj"), width, width),
            shape: configuration.heads)
        if let reference = configuration.rotationReference {
            attention.rotation = GridRotation(
                configuration.grid, headWidth: configuration.heads.headWidth, reference: reference, on: parameters.device)
        }
        attention.contextNorm = has("attn.norm.weight") ? try norm(parameters, "norm", width) : nil
        return attention
    }

    /// Query, key and value of their own tensors; the key never has a bias.
    private func separateMaps(_ parameters: Parameters) throws -> [Linear] {
        let bias = has("attn.q_proj.bias")
        return [
            try Linear(parameters.scoped("q_proj"), width, width, bias: bias),
            try Linear(parameters.scoped("k_proj"), width, width, bias: false),
            try Linear(parameters.scoped("v_proj"), width, width, bias: bias),
        ]
    }

    /// Query, key and value of one tensor, with a bias of all three, of query and value, or of none.
    private func fusedMaps(_ parameters: Parameters) throws -> [Linear] {
        let joined = try Linear(parameters.scoped("qkv"), width, 3 * width, bias: has("attn.qkv.bias"))
        func bias(_ name: String) throws -> Tensor? {
            has("attn.q_bias") ? try parameters(name, [width], .zeros) : nil
        }
        let biases = [try bias("q_bias"), nil, try bias("v_bias")]
        return (0..<3).map { part in
            let rows = (part * width)..<((part + 1) * width)
            return Linear(weight: joined.weight.narrowed(0, rows), bias: joined.bias?.narrowed(0, rows) ?? biases[part])
        }
    }

    private func feedForward(_ parameters: Parameters) throws -> any TokenMap {
        let intermediate = configuration.intermediate
        let inner = has("mlp.norm.weight") ? try norm(parameters, "norm", intermediate) : nil
        let down = try Linear(parameters.scoped("fc2"), intermediate, width)
        switch configuration.feedForward {
        case .plain:
            return FeedForward(
                up: try Linear(parameters.scoped("fc1"), width, intermediate), down: down, activation: .gelu, norm: inner)
        case .gated:
            return GatedFeedForward(
                gate: try Linear(parameters.scoped("fc1_g"), width, intermediate),
                up: try Linear(parameters.scoped("fc1_x"), width, intermediate), down: down, activation: .silu, norm: inner)
        case .fused:
            return FusedGatedFeedForward(
                both: try Linear(parameters.scoped("fc1"), width, 2 * intermediate), down: down, activation: .silu)
        }
    }
}
