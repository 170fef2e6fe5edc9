/// Llama 2 to 3.2 and Mistral.
package struct LlamaFamily: DecoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["llama", "mistral"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        modelType == "mistral"
            ? .decoder + ConfigurationKeys(read: "layer_types sliding_window")
            : .decoder + ConfigurationKeys(read: "attention_bias mlp_bias", withoutEffect: "pretraining_tp")
    }

    let configuration: DecoderConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ file: ConfigurationFile, modelType: String) throws {
        let isMistral = modelType == "mistral"
        var configuration = try DecoderConfiguration(
            file, .init(keyHeads: isMistral ? 8 : nil, maximum: isMistral ? 131_072 : 2048))
        if isMistral {
            try configuration.readWindows(file, default: 4096, hasTypes: false) { _ in true }
        } else {
            configuration.hasAttentionBias = try file.flag("attention_bias", default: false)
            configuration.hasOutputBias = configuration.hasAttentionBias
            configuration.hasFeedForwardBias = try file.flag("mlp_bias", default: false)
        }
        self.configuration = configuration
    }
}
