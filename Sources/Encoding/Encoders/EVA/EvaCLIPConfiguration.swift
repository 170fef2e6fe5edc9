import Torch

/// What the `config.json` of EVA-CLIP says of its picture tower: CLIP's sizes, and which steps the blocks have.
struct EvaCLIPConfiguration: Sendable {
    let blocks: CLIPBlocks
    let grid: PatchGrid
    let queryBias: Bool
    let keyBias: Bool
    let valueBias: Bool
    /// Whether the norms are after the steps.
    let isPostNorm: Bool
    /// Whether norms are by the root mean square alone.
    let isRMSNorm: Bool
    /// Whether there is a norm before the last map of each step.
    let hasInnerNorms: Bool
    let isGated: Bool
    /// Patches along a side in pre-training and the base of the angles, for rotary positions; nil for a model without them.
    let rotation: (reference: Int, base: Double)?

    init(_ configuration: ConfigurationFile) throws {
        var usual = CLIPBlocks.picture
        usual.activation = .gelu
        blocks = try CLIPBlocks(configuration, usual: usual)
        grid = try configuration.grid(leadingTokens: 1, size: 224, patch: 32)
        queryBias = try configuration.flag("q_bias", default: true)
        keyBias = try configuration.flag("k_bias", default: true)
        valueBias = try configuration.flag("v_bias", default: true)
        isPostNorm = try configuration.flag("post_layernorm", default: false)
        isRMSNorm = try configuration.flag("use_rms_norm", default: false)
        hasInnerNorms = try configuration.flag("use_sub_ln", default: false)
        isGated = try configuration.flag("use_swiglu_mlp", default: false)
        let isRotated = try configuration.flag("use_rope", default: false)
        rotation =
            isRotated
            ? (
                reference: try configuration.whole("pretrained_seq_len", in: 1...65_536),
                base: try configuration.positive("rope_theta", default: 10_000)
            ) : nil
        guard !isRotated || blocks.heads.headWidth % 4 == 0 else {
            throw configuration.error(
                "num_attention_heads", "gives heads of \(blocks.heads.headWidth) values, rotary positions need a multiple of 4")
        }
    }
}
