import Files
import Foundation
import Torch

/// What a timm repository says of an EVA encoder: the `config.json` names an architecture and the size of pictures, the tensors'
/// names and shapes tell the rest but for the heads, rotary positions and the place of the norms, which the architecture's name
/// stands for.
struct EvaConfiguration: Sendable {
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let feedForward: FeedForwardForm
    let grid: PatchGrid
    /// Patches along a side in pre-training, for rotary positions; nil for a model without them.
    let rotationReference: Int?
    /// Whether the norms stand after the steps.
    let isPostNorm: Bool
    /// Names below the model, and below a block, of tensors that only some models have.
    let names: Set<String>

    /// timm's own for every EVA.
    let epsilon = 1e-6

    /// How the feed-forward step's tensors lie.
    enum FeedForwardForm { case plain, gated, fused }

    init(_ configuration: ConfigurationFile) throws {
        let name = try configuration.text("architecture")
        let arguments = try configuration.section("model_args")
        if let arguments, let key = Self.unsupported.first(where: arguments.has) {
            throw arguments.error(key, "is set, which is not supported")
        }
        let weights = try Weights(directory: configuration.file.deletingLastPathComponent())
        let projection = try Self.shape("patch_embed.proj.weight", 4, weights)
        let size = try Self.size(configuration, arguments)
        width = projection[0]
        guard projection[2] == projection[3], (1...PatchGrid.largestSide).contains(size / projection[2]) else {
            throw UserError(
                "tensor \"patch_embed.proj.weight\" has shape \(projection), which does not cut \(size) pixels into 1 to "
                    + "\(PatchGrid.largestSide) patches", at: weights.place)
        }
        grid = PatchGrid(size: size, patch: projection[2], leadingTokens: 1)
        depth = (0...).prefix { weights.has("blocks.\($0).norm1.weight") }.count
        guard depth > 0 else { throw UserError("tensor \"blocks.0.norm1.weight\" is missing", at: weights.place) }

        // Heads are 64 wide but in the two largest models, which have 16.
        let (isGiant, isEnormous) = (name.contains("giant"), name.contains("enormous"))
        let usual = isGiant || isEnormous ? 16 : max(1, width / 64)
        let count = try arguments?.size("num_heads", default: usual) ?? usual
        guard width % count == 0 else {
            throw configuration.error("architecture", "stands for \(count) heads, which do not divide the width \(width)")
        }
        heads = AttentionShape(heads: count, keyHeads: count, headWidth: width / count)
        isPostNorm = try arguments?.flag("use_post_norm", default: isEnormous) ?? isEnormous
        // All EVA-02 but the largest, which is a larger EVA with other norms.
        let turns = name.hasPrefix("eva02") && !isEnormous
        let isRotated = try arguments?.flag("use_rot_pos_emb", default: turns) ?? turns
        rotationReference = isRotated ? try Self.reference(arguments) : nil
        guard !isRotated || heads.headWidth % 4 == 0 else {
            throw configuration.error(
                "architecture", "has heads of \(heads.headWidth) values, rotary positions need a multiple of 4")
        }

        intermediate = try Self.shape("blocks.0.mlp.fc2.weight", 2, weights)[1]
        if weights.has("blocks.0.mlp.fc1_g.weight") {
            feedForward = .gated
        } else {
            feedForward = try Self.shape("blocks.0.mlp.fc1.weight", 2, weights)[0] == intermediate ? .plain : .fused
        }
        names = Set(Self.optionalNames.filter { weights.has($0) || weights.has("blocks.0.\($0)") })
    }

    /// Arguments of timm that change what is computed, beyond what the documented models have.
    private static let unsupported = [
        "act_layer", "attn_type", "class_token", "gated_attn", "no_embed_class", "norm_layer", "num_kv_heads", "num_reg_tokens",
        "qk_norm", "rope_grid_indexing", "rope_grid_offset", "rope_rotate_half", "rope_temperature", "rope_type",
        "use_pre_transformer_norm",
    ]

    private static let optionalNames = [
        "pos_embed", "norm.weight", "gamma_1", "attn.qkv.weight", "attn.qkv.bias", "attn.q_bias", "attn.q_proj.bias",
        "attn.norm.weight", "mlp.norm.weight",
    ]

    /// The shape of a tensor that has to be there, with sizes that can be computed with.
    private static func shape(_ name: String, _ dimensions: Int, _ weights: Weights) throws -> [Int] {
        guard let shape = weights.shape(of: name) else {
            _ = try weights.tensor(name)
            return []
        }
        guard shape.count == dimensions, shape.allSatisfy({ (1...65_536).contains($0) }) else {
            throw UserError("tensor \"\(name)\" has shape \(shape), expected \(dimensions) dimensions", at: weights.place)
        }
        return shape
    }

    /// The side of the pictures: `img_size` that the model was made with, else the size of pre-training.
    private static func size(_ configuration: ConfigurationFile, _ arguments: ConfigurationFile?) throws -> Int {
        if let arguments, arguments.has("img_size") { return try arguments.whole("img_size", in: 1...65_536) }
        let section = try configuration.section("pretrained_cfg") ?? configuration
        guard let size = try section.optional("input_size", [Int].self, "a list of numbers") else {
            throw section.error("input_size", "is missing")
        }
        guard size.count == 3, size[0] == 3, size[1] == size[2], (1...65_536).contains(size[1]) else {
            throw section.error("input_size", "is \(size), expected [3, side, side]")
        }
        return size[1]
    }

    /// Patches along a side in pre-training: 16 in every documented model.
    private static func reference(_ arguments: ConfigurationFile?) throws -> Int {
        guard let arguments, let shape = try arguments.optional("ref_feat_shape", [Int].self, "two numbers") else { return 16 }
        guard shape.count == 2, shape[0] == shape[1], (1...65_536).contains(shape[0]) else {
            throw arguments.error("ref_feat_shape", "is \(shape), expected two equal numbers")
        }
        return shape[0]
    }
}
