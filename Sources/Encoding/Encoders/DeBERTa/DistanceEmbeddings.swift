import Torch

/// The learned states of distances between two tokens, which all blocks of a DeBERTa share.
struct DistanceEmbeddings {
    /// The table [2 · span, width]: row span + d stands for the distance d.
    let weight: Tensor
    let norm: LayerNorm?
    let distances: DeBERTaConfiguration.Distances

    init(_ parameters: Parameters, _ configuration: DeBERTaConfiguration, _ distances: DeBERTaConfiguration.Distances) throws {
        let width = configuration.width
        weight = try parameters.scoped("rel_embeddings")("weight", [2 * distances.span, width], .normal(0.02))
        norm =
            distances.isNormalized ? try LayerNorm(parameters.scoped("LayerNorm"), width, epsilon: configuration.epsilon) : nil
        self.distances = distances
    }

    /// The states of all distances [2 · span, width].
    var states: Tensor { norm?(weight) ?? weight }

    /// The row for each pair of tokens (`int64`) [tokens, tokens]: that of the seeing token's place less the seen one's.
    func rows(tokens: Int, on device: Device) -> Tensor {
        let places = Tensor.range(0..<tokens, on: device)
        let distance = places.unsqueezed(1) - places.unsqueezed(0)
        let bucket = distances.buckets.map { Self.bucket(distance, $0, maximum: distances.maximum) } ?? distance
        return (bucket + Double(distances.span)).to(.int64).clamped(to: 0...(2 * distances.span - 1))
    }

    /// Distances up to half of the buckets are their own; the rest grow with the logarithm, to `maximum` at the last bucket.
    private static func bucket(_ distance: Tensor, _ buckets: Int, maximum: Int) -> Tensor {
        let middle = buckets / 2
        let size = distance.absolute()
        let ratio = Tensor(Float(Double(maximum - 1) / Double(middle)), on: distance.device).logarithm()
        // The far distances alone are taken from here; the near ones would give the logarithm of 0.
        let far = (size.to(.float32) / Double(middle)).logarithm() / ratio * Double(middle - 1)
        let grown = (far.roundedUp() + Double(middle)) * distance.sign().to(.float32)
        return distance.to(.float32).kept(where: (size .> Double(middle)).not(), otherwise: grown)
    }
}
