/// Qwen 2, 2.5 and 3, without the mixtures of experts.
package struct QwenFamily: DecoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["qwen2", "qwen3"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .decoder
            + ConfigurationKeys(
                read: "layer_types max_window_layers sliding_window use_sliding_window"
                    + (modelType == "qwen3" ? " attention_bias" : ""))
    }

    let configuration: DecoderConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ file: ConfigurationFile, modelType: String) throws {
        let isThird = modelType == "qwen3"
        var configuration = try DecoderConfiguration(
            file, .init(keyHeads: 32, headWidth: isThird ? 128 : nil, maximum: 32_768))
        configuration.hasAttentionBias = isThird ? try file.flag("attention_bias", default: false) : true
        configuration.hasOutputBias = isThird && configuration.hasAttentionBias
        configuration.hasHeadNorms = isThird
        let first = try file.whole("max_window_layers", in: 0...(1 << 24), default: 28)
        let isUsed = try file.flag("use_sliding_window", default: false)
        try configuration.readWindows(file, default: 4096, isUsed: isUsed) { $0 >= first }
        self.configuration = configuration
    }
}
