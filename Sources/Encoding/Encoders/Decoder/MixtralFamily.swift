import Torch

/// Mixtral: Mistral with several experts in place of each block's feed-forward.
package struct MixtralFamily: DecoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["mixtral"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .decoder
            + ConfigurationKeys(
                read: "layer_types num_experts num_experts_per_tok num_local_experts sliding_window",
                withoutEffect: "output_router_logits router_aux_loss_coef router_jitter_noise")
    }

    let configuration: DecoderConfiguration
    let experts: Int
    let chosen: Int

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ file: ConfigurationFile, modelType: String) throws {
        var configuration = try DecoderConfiguration(file, .init(keyHeads: 8, maximum: 131_072, epsilon: 1e-5, rotaryBase: 1e6))
        try configuration.readWindows(file, hasTypes: false) { _ in true }
        self.configuration = configuration
        // The second name is another one of transformers' for the same.
        experts = try file.whole(file.has("num_experts") ? "num_experts" : "num_local_experts", in: 1...4096, default: 8)
        chosen = try file.whole("num_experts_per_tok", in: 1...experts, default: 2)
    }

    func feedForward(_ parameters: Parameters) throws -> any TokenMap {
        let parameters = parameters.scoped("block_sparse_moe")
        let (width, intermediate) = (width, configuration.intermediate)
        return MixtureOfExperts(
            router: try Linear(parameters.scoped("gate"), width, experts, bias: false),
            experts: try (0..<experts).map { index in
                let expert = parameters.scoped("experts", index)
                return GatedFeedForward(
                    gate: try Linear(expert.scoped("w1"), width, intermediate, bias: false),
                    up: try Linear(expert.scoped("w3"), width, intermediate, bias: false),
                    down: try Linear(expert.scoped("w2"), intermediate, width, bias: false),
                    activation: configuration.activation)
            },
            chosen: chosen)
    }
}
