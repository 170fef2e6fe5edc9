/// Gemma 1 and 2.
public struct GemmaFamily: DecoderFamily {
    /// The `model_type`s of the family.
    public static let modelTypes = ["gemma", "gemma2"]

    let configuration: DecoderConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    public init(_ file: ConfigurationFile, modelType: String) throws {
        let isSecond = modelType == "gemma2"
        // The first releases say "gelu" and mean its tanh form.
        let isLegacy = try !isSecond && file.text("hidden_act", default: "gelu") == "gelu"
        var configuration = try DecoderConfiguration(
            file,
            .init(
                keyHeads: isSecond ? 4 : 16, headWidth: 256,
                activationKey: isSecond || isLegacy ? "hidden_activation" : "hidden_act", activation: "gelu_pytorch_tanh",
                maximum: 8192))
        configuration.hasAttentionBias = try file.flag("attention_bias", default: false)
        configuration.hasOutputBias = configuration.hasAttentionBias
        configuration.hasOffsetNorms = true
        configuration.scalesTokens = true
        configuration.isCausal = try !file.flag("use_bidirectional_attention", default: false)
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
