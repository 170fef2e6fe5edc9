import Files
import Foundation
import Torch

/// What a timm repository says of an EVA encoder.
///
/// The `config.json` names an architecture and the size of pictures. The tensors' names and shapes tell the rest but for the heads,
/// rotary positions and the place of the norms, which the architecture's name stands for.
struct EvaConfiguration: Sendable {
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let feedForward: FeedForwardForm
    let grid: PatchGrid
    /// Patches along a side in pre-training, for rotary positions; nil for a model without them.
    let rotationReference: Int?
    /// Whether the norms are after the steps.
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
        if let arguments {
            try arguments.check(Self.arguments)
            if let key = arguments.keys.subtracting(Self.arguments.all).sorted().first {
                throw arguments.error(
                    key, "is set, which is not supported", remedy: "Only EVA as its documented models have it is read.")
            }
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
            throw configuration.error("architecture", "has \(count) heads, which do not divide the width \(width)")
        }
        heads = AttentionShape(heads: count, keyHeads: count, headWidth: width / count)
        isPostNorm = try arguments?.flag("use_post_norm", default: isEnormous) ?? isEnormous
        // All EVA-02 but the largest, which is a larger EVA with other norms.
        let turns = name.hasPrefix("eva02") && !isEnormous
        let isRotated = try arguments?.flag("use_rot_pos_emb", default: turns) ?? turns
        // Every documented model was pre-trained on 16 patches a side.
        rotationReference = isRotated ? try arguments?.side("ref_feat_shape", default: 16) ?? 16 : nil
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

    /// The arguments of timm's models that are read, recognised by the tensors, or without effect; any other may change what is computed.
    static let arguments = ConfigurationKeys(
        read: "img_size num_heads ref_feat_shape use_post_norm use_rot_pos_emb",
        withoutEffect: """
            attn_drop_rate attn_pool_mlp_ratio attn_pool_num_heads depth drop_path_rate drop_rate dynamic_img_pad dynamic_img_size \
            embed_dim global_pool head_init_scale init_values mlp_ratio num_classes patch_drop_rate patch_size pos_drop_rate \
            proj_drop_rate qkv_bias qkv_fused scale_attn_inner scale_mlp swiglu_align_to swiglu_mlp use_abs_pos_emb use_fc_norm \
            use_post_transformer_norm
            """,
        fixed: ["in_chans": .init(values: [.number(3)], remedy: "Pictures have 3 channels.")])

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
        if let arguments, arguments.has("img_size") { return try arguments.side("img_size") }
        let section = try configuration.section("pretrained_cfg") ?? configuration
        guard let size = try section.optional("input_size", [Int].self, "a list of numbers") else {
            throw section.error("input_size", "is missing")
        }
        guard size.count == 3, size[0] == 3, size[1] == size[2], (1...65_536).contains(size[1]) else {
            throw section.error("input_size", "is \(size), expected [3, side, side]")
        }
        return size[1]
    }
}
