/// Qwen 2, 2.5 and 3, without the mixtures of experts.
public struct QwenFamily: DecoderFamily {
    /// The `model_type`s of the family.
    public static let modelTypes = ["qwen2", "qwen3"]

    let configuration: DecoderConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    public init(_ file: ConfigurationFile, modelType: String) throws {
        let isThird = modelType == "qwen3"
        var configuration = try DecoderConfiguration(
            file, .init(keyHeads: 32, headWidth: isThird ? 128 : nil, maximum: 32_768))
        configuration.hasAttentionBias = isThird ? try file.flag("attention_bias", default: false) : true
        configuration.hasOutputBias = isThird && configuration.hasAttentionBias
        configuration.hasHeadNorms = isThird
        if try file.flag("use_sliding_window", default: false) {
            let first = try file.whole("max_window_layers", in: 0...(1 << 24), default: 28)
            try configuration.readWindows(file, default: 4096) { $0 >= first }
        }
        self.configuration = configuration
    }
}
