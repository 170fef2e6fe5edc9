import Torch

/// The item tower of IISAN and IISAN-Versa: side networks over the hidden states of frozen encoders, then a fusion.
///
/// Item vector = Linear([image, text, inter]) over the parts that exist (article Mathematics).
public final class SideNetworkTower: ItemTower {
    /// Numbers in an item vector.
    public let width: Int
    private let text: (states: any StateSource, tower: IntraTower?)?
    private let image: (states: any StateSource, tower: IntraTower?)?
    private let inter: InterTower?
    private let fusion: Linear

    /// Asks for all parameters of the tower.
    ///
    /// - Parameters:
    ///   - text: where the text states come from; nil for image only.
    ///   - image: where the image states come from; nil for text only.
    /// - Throws: `UserError` for settings that cannot be built, and as `Parameters` does.
    public init(
        _ parameters: Parameters, text: (any StateSource)?, image: (any StateSource)?, _ options: SideNetworkOptions, width: Int
    ) throws {
        try options.check(text: text?.shape, image: image?.shape)
        let versa = options.isVersa(text: text?.shape, image: image?.shape)
        func intra(_ name: String, _ shape: ModalityShape) throws -> IntraTower? {
            guard options.intra else { return nil }
            return try IntraTower(
                parameters.scoped(name), width: shape.width, count: shape.layers.count, options, versa: versa, output: width)
        }
        self.image = try image.map { ($0, try intra("image", $0.shape)) }
        self.text = try text.map { ($0, try intra("text", $0.shape)) }
        if let text, let image, options.inter {
            inter = try InterTower(
                parameters.scoped("inter"), text: text.shape, image: image.shape, options, output: width)
        } else {
            inter = nil
        }
        let parts = (self.image?.tower == nil ? 0 : 1) + (self.text?.tower == nil ? 0 : 1) + (inter == nil ? 0 : 1)
        fusion = try Linear(parameters.scoped("fusion"), parts * width, width)
        self.width = width
    }

    /// The vectors of items: [items, width].
    public func vectors(of items: Tensor) -> Tensor { stages(of: items).vectors }

    /// The outputs of every step from states to vectors, as tests and pictures look at them.
    public struct Stages {
        /// h_1 ... h_K of the image tower, each [items, width].
        public var image: [Tensor] = []
        /// h_1 ... h_K of the text tower.
        public var text: [Tensor] = []
        /// m_1 ... m_K of the inter tower.
        public var inter: [Tensor] = []
        /// The heads' outputs [items, width] by tower name: `image`, `text`, `inter`.
        public var heads: [(name: String, output: Tensor)] = []
        /// The item vectors [items, width].
        public var vectors: Tensor
    }

    /// Computes the vectors of items and keeps every step.
    public func stages(of items: Tensor) -> Stages {
        let imageStates = image?.states.states(of: items)  // [items, layers, width]
        let textStates = text?.states.states(of: items)
        var stages = Stages(vectors: items)
        if let tower = image?.tower, let imageStates {
            stages.image = tower.blockOutputs(imageStates)
            stages.heads.append(("image", tower.headOutput(stages.image[stages.image.count - 1])))
        }
        if let tower = text?.tower, let textStates {
            stages.text = tower.blockOutputs(textStates)
            stages.heads.append(("text", tower.headOutput(stages.text[stages.text.count - 1])))
        }
        if let inter, let textStates, let imageStates {
            stages.inter = inter.blockOutputs(text: textStates, image: imageStates)
            stages.heads.append(("inter", inter.headOutput(stages.inter[stages.inter.count - 1])))
        }
        stages.vectors = fusion(.concatenated(stages.heads.map(\.output), along: 1))
        return stages
    }

    /// The gates' values by tower name: how much of a layer's state a block takes in, and in `inter` how much of the image.
    public var gates: [(tower: String, values: [Float])] {
        [("image", image?.tower?.gateValues()), ("text", text?.tower?.gateValues()), ("inter", inter?.gateValues())]
            .compactMap { name, values in values.map { (name, $0) } }
    }
}
