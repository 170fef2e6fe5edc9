import Torch
/// Gemma 1 and 2.
package struct GemmaFamily: DecoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["gemma", "gemma2"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        let both =
            .decoder
            + ConfigurationKeys(
                read: "attention_bias",
                fixed: [
                    "use_bidirectional_attention": .init(
                        values: [.null, .flag(false)],
                        remedy: "What transformers computes then depends on the padding of a batch. "
                            + "Where all tokens are to see each other, write \"is_causal\": false in its place.")
                ])
        guard modelType == "gemma2" else { return both + ConfigurationKeys(withoutEffect: "hidden_activation") }
        return both
            + ConfigurationKeys(
                read: "attn_logit_softcapping hidden_activation layer_types query_pre_attn_scalar sliding_window",
                withoutEffect: "final_logit_softcapping hidden_act")
    }

    let configuration: DecoderConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ file: ConfigurationFile, modelType: String) throws {
        let isSecond = modelType == "gemma2"
        var configuration = try DecoderConfiguration(
            file,
            .init(
                keyHeads: isSecond ? 4 : 16, headWidth: 256, activationKey: isSecond ? "hidden_activation" : "hidden_act",
                activation: "gelu_pytorch_tanh", maximum: 8192))
        // The first releases say "gelu" and mean its tanh form.
        if !isSecond, configuration.activation == .gelu { configuration.activation = .geluTanh }
        configuration.hasAttentionBias = try file.flag("attention_bias", default: false)
        configuration.hasOutputBias = configuration.hasAttentionBias
        configuration.hasOffsetNorms = true
        configuration.scalesTokens = true
        if isSecond {
            configuration.hasResultNorms = true
            configuration.scale = 1 / (try file.positive("query_pre_attn_scalar", default: 256)).squareRoot()
            if !file.isNull("attn_logit_softcapping") {
                configuration.cap = try file.positive("attn_logit_softcapping", default: 50)
            }
            try configuration.readWindows(file, default: 4096) { $0 % 2 == 0 }
        }
        self.configuration = configuration
    }
}
