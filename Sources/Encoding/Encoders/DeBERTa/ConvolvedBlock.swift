import Torch

/// The first block of the larger DeBERTas: LayerNorm(block(x) + activation(convolution(x))), the convolution over the tokens.
struct ConvolvedBlock: EncoderPart {
    var block: PostNormBlock
    let weight: Tensor
    let bias: Tensor
    let norm: LayerNorm
    let convolution: DeBERTaConfiguration.Convolution

    init(
        _ block: PostNormBlock, _ parameters: Parameters, _ configuration: DeBERTaConfiguration,
        _ convolution: DeBERTaConfiguration.Convolution
    ) throws {
        let (width, kernel) = (configuration.width, convolution.kernel)
        self.block = block
        self.convolution = convolution
        weight = try parameters.scoped("conv")(
            "weight", [width, width / convolution.groups, kernel], .uniform(inputs: width * kernel), decays: true)
        bias = try parameters.scoped("conv")("bias", [width], .uniform(inputs: width * kernel))
        norm = try LayerNorm(parameters.scoped("LayerNorm"), width, epsilon: configuration.epsilon)
    }

    func callAsFunction(_ states: Tensor, dropout: EncoderDropout) -> Tensor {
        let convolved = states.transposed(1, 2)
            .rowConvolution(weight, bias, padding: convolution.kernel / 2, groups: convolution.groups).transposed(1, 2)
        return norm(block(states, dropout: dropout) + convolution.activation(dropout(convolved)))
    }
}
