import Encoders
import Files
import OrderedCollections
import Torch

extension TunedEncoder {
    /// Whether a method trains an encoder's own tensor.
    static func isTrained(_ name: String, by method: Method) -> Bool {
        method == .full || (method == .bitfit && name.hasSuffix("bias"))
    }

    /// Prepares an encoder for a method and names what is trained of it.
    static func tensors(
        of encoder: PretrainedEncoder, _ method: Method, _ options: FineTuningOptions
    ) throws -> OrderedDictionary<String, Tensor> {
        let device = encoder.parameters.device
        switch method {
        case .full, .bitfit:
            let own = encoder.parameters.all.filter { isTrained($0.key, by: method) }
            guard !own.isEmpty else {
                throw UserError(
                    "the encoder \(encoder.name) has no biases that could be trained", at: "method",
                    remedy: "Choose lora or adapter for it.")
            }
            return OrderedDictionary(uniqueKeysWithValues: own.map { ("encoder.\($0.key)", $0.value) })
        case .adapter:
            let parameters = Parameters(on: device)
            try encoder.tune(by: Adapters(parameters: parameters.scoped("adapters"), options: options))
            return parameters.all
        case .lora:
            let parameters = Parameters(on: device)
            try encoder.tune(by: LowRankMaps(parameters: parameters.scoped("low_rank"), options: options))
            return parameters.all
        case .iisan, .iisanVersa, .frozen, .id, .idAndModality, .popularity: return [:]
        }
    }
}

/// The adapters of Houlsby et al. (2019), after attention and after the feed-forward; each has the form of a side block.
private struct Adapters: BlockTuning {
    let parameters: Parameters
    let options: FineTuningOptions

    func lowRank(_ map: String, block: Int, inputs: Int, outputs: Int) -> LowRank? { nil }

    func adapter(_ step: String, block: Int, width: Int) throws -> (any TokenMap)? {
        try SideBlock(
            parameters.scoped("\(block)").scoped(step), width: width, bottleneck: options.adapterWidth,
            activation: options.adapterActivation)
    }
}

/// LoRA (Hu et al. 2022) on the query and value maps.
private struct LowRankMaps: BlockTuning {
    let parameters: Parameters
    let options: FineTuningOptions

    func lowRank(_ map: String, block: Int, inputs: Int, outputs: Int) throws -> LowRank? {
        try LowRank(
            parameters.scoped("\(block)").scoped(map), inputs: inputs, outputs: outputs, rank: options.rank,
            alpha: options.alpha)
    }

    func adapter(_ step: String, block: Int, width: Int) -> (any TokenMap)? { nil }
}

extension SideBlock: TokenMap {}
