import Torch

/// What the `config.json` of a vision transformer says.
struct ViTConfiguration: Sendable {
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    let grid: PatchGrid
    let attentionBias: Bool
    let dropout: EncoderDropout

    init(_ configuration: ConfigurationFile, modelType: String) throws {
        width = try configuration.size("hidden_size")
        depth = try configuration.size("num_hidden_layers")
        heads = try configuration.heads(width: width)
        intermediate = try configuration.size("intermediate_size")
        epsilon = try configuration.epsilon("layer_norm_eps", default: 1e-12)
        activation = try configuration.activation("hidden_act", default: "gelu")
        attentionBias = try configuration.flag("qkv_bias", default: true)
        // The class token, and the distillation token of DeiT.
        grid = try configuration.grid(leadingTokens: modelType == "deit" ? 2 : 1)
        dropout = EncoderDropout(
            hidden: try configuration.probability("hidden_dropout_prob", default: 0),
            attention: try configuration.probability("attention_probs_dropout_prob", default: 0))
    }
}

extension ConfigurationFile {
    /// The patches of `image_size` and `patch_size`.
    func grid(leadingTokens: Int, adapts: Bool = false) throws -> PatchGrid {
        let (size, patch) = (try side("image_size"), try side("patch_size"))
        guard size >= patch else { throw error("patch_size", "is \(patch), larger than image_size \(size)") }
        let channels = try self.size("num_channels", default: 3)
        guard channels == 3 else { throw error("num_channels", "is \(channels), pictures have 3") }
        return PatchGrid(size: size, patch: patch, leadingTokens: leadingTokens, adapts: adapts)
    }

    /// A height that is a width too: a number, or two equal ones.
    private func side(_ key: String) throws -> Int {
        guard let sides = try? optional(key, [Int].self, "two numbers") else { return try size(key) }
        guard sides.count == 2, sides[0] == sides[1], (1...65_536).contains(sides[0]) else {
            throw error(key, "is \(sides), expected the side of a square")
        }
        return sides[0]
    }
}
