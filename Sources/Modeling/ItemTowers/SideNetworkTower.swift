package import Files
package import Torch

/// The item tower of IISAN and IISAN-Versa: side networks over the hidden states of frozen encoders, then a fusion.
///
/// Item vector = Linear([image, text, inter]) over the parts that exist (article Mathematics).
package final class SideNetworkTower: FusedTower {
    /// Numbers in an item vector.
    package let width: Int
    /// Whether the tower has the Versa form.
    package let isVersa: Bool
    private let modalities: ModalityPair
    private let text: IntraTower?
    private let image: IntraTower?
    private let inter: InterTower?
    let fusion: Linear

    /// Asks for all parameters of the tower.
    ///
    /// - Parameters:
    ///   - text: where the text states come from; nil for image only.
    ///   - image: where the image states come from; nil for text only.
    /// - Throws: `UserError` for settings that cannot be built, and as `Parameters` does.
    package init(
        _ parameters: Parameters, text: (any StateSource)?, image: (any StateSource)?, _ options: SideNetworkOptions,
        states scaling: StateScaling = .raw, modalityDropout: Double = 0, width: Int
    ) throws {
        try options.check(text: text?.shape, image: image?.shape)
        let versa = options.isVersa(text: text?.shape, image: image?.shape)
        isVersa = versa
        modalities = try ModalityPair(parameters, text: text, image: image, scaling: scaling, dropout: modalityDropout)
        func intra(_ name: String, _ shape: ModalityShape) throws -> IntraTower? {
            guard options.intra else { return nil }
            return try IntraTower(
                parameters.scoped(name), width: shape.width, count: shape.layers.count, options, versa: versa, output: width)
        }
        self.image = try image.flatMap { try intra("image", $0.shape) }
        self.text = try text.flatMap { try intra("text", $0.shape) }
        if let text, let image, options.inter {
            inter = try InterTower(
                parameters.scoped("inter"), text: text.shape, image: image.shape, options, output: width)
        } else {
            inter = nil
        }
        let parts = (self.image == nil ? 0 : 1) + (self.text == nil ? 0 : 1) + (inter == nil ? 0 : 1)
        fusion = try Linear(parameters.scoped("fusion"), parts * width, width)
        self.width = width
    }

    /// How many numbers of live encoders are computed with and never change.
    package var frozenCount: Int { modalities.frozenCount }
    /// The hashes of the encoders, by modality, as far as they are known.
    package var encoderHashes: [String: String] { modalities.hashes }

    /// The vectors of items: [items, width].
    ///
    /// A tower's head and the fusion's part of it are one linear map, which is multiplied out first.
    package func vectors(of items: Tensor, training: Bool) throws -> Tensor {
        let (weights, biases) = TowerHead.joined(allHeads, before: fusion.weight)
        let parts = try outputs(of: items, training: training, maps: weights).map(\.output)
        let bias = biases.sum(along: 0)
        return TowerOutput.sum(parts, bias: fusion.bias.map { bias + $0 } ?? bias)
    }

    func heads(of items: Tensor, training: Bool) throws -> [(name: String, output: Tensor)] {
        let (weights, biases) = TowerHead.joined(allHeads, before: nil)
        return try outputs(of: items, training: training, maps: weights).enumerated().map {
            ($1.name, TowerOutput.sum([$1.output], bias: biases.selected(0, $0)))
        }
    }

    /// The towers' heads in the order of the fusion's columns.
    private var allHeads: [TowerHead] { [image?.head, text?.head, inter?.head].compactMap { $0 } }

    /// What maps make of the towers' last outputs, in the same order.
    private func outputs(
        of items: Tensor, training: Bool, maps: [Tensor]
    ) throws -> [(name: String, output: TowerOutput)] {
        let states = try modalities.states(of: items, training: training)
        var outputs: [(name: String, output: TowerOutput)] = []
        if let image, let rows = states.image { outputs.append(("image", image(rows, map: maps[outputs.count]))) }
        if let text, let rows = states.text { outputs.append(("text", text(rows, map: maps[outputs.count]))) }
        if let inter, let text = states.text, let image = states.image {
            outputs.append(("inter", inter(text: text, image: image, map: maps[outputs.count])))
        }
        return outputs
    }

    /// Measures what standardised states are scaled by.
    package func measureStates(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) throws {
        try modalities.measure(itemCount: itemCount, progress: progress, stop: stop)
    }

    /// Completes a backward pass.
    package func finishBackward() throws { try modalities.finishBackward() }

    /// The outputs of every step from states to vectors, as tests and pictures look at them.
    package struct Stages {
        /// h_1 ... h_K of the image tower, each [items, width].
        package var image: [Tensor] = []
        /// h_1 ... h_K of the text tower.
        package var text: [Tensor] = []
        /// m_1 ... m_K of the inter tower.
        package var inter: [Tensor] = []
        /// The heads' outputs [items, width] by tower name: `image`, `text`, `inter`.
        package var heads: [(name: String, output: Tensor)] = []
        /// The item vectors [items, width].
        package var vectors: Tensor
    }

    /// Computes the vectors of items in the plain form, block by block and map by map, and keeps every step.
    package func stages(of items: Tensor, training: Bool = false) throws -> Stages {
        let states = try modalities.states(of: items, training: training)
        let (textStates, imageStates) = (states.text?.dense, states.image?.dense)  // [items, layers, width]
        var stages = Stages(vectors: items)
        if let tower = image, let imageStates {
            stages.image = tower.blockOutputs(imageStates)
            stages.heads.append(("image", tower.head(stages.image[stages.image.count - 1])))
        }
        if let tower = text, let textStates {
            stages.text = tower.blockOutputs(textStates)
            stages.heads.append(("text", tower.head(stages.text[stages.text.count - 1])))
        }
        if let inter, let textStates, let imageStates {
            stages.inter = inter.blockOutputs(text: textStates, image: imageStates)
            stages.heads.append(("inter", inter.head(stages.inter[stages.inter.count - 1])))
        }
        stages.vectors = fusion(.concatenated(stages.heads.map(\.output), along: 1))
        return stages
    }

    /// The gates' values by tower name: how much of a layer's state a block takes in, and in `inter` how much of the image.
    package var gates: [(tower: String, values: [Float])] {
        [("image", image?.gateValues()), ("text", text?.gateValues()), ("inter", inter?.gateValues())]
            .compactMap { name, values in values.map { (name, $0) } }
    }
}
