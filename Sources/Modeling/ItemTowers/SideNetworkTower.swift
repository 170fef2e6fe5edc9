package import Files
package import Torch

/// The item tower of IISAN and IISAN-Versa: side networks over the hidden states of frozen encoders, then a fusion.
///
/// Item vector = Linear([image, text, ..., inter]) over the parts that exist (article Mathematics).
package final class SideNetworkTower: FusedTower {
    /// Numbers in an item vector.
    package let width: Int
    /// Whether the tower has the Versa form.
    package let isVersa: Bool
    private let states: ItemStates
    /// The towers within the modalities, in the order of the fusion's columns.
    private let intra: [(modality: Modality, tower: IntraTower)]
    private let inter: InterTower?
    let fusion: Linear

    /// Asks for all parameters of the tower.
    ///
    /// - Parameter sources: where the modalities' states come from.
    /// - Throws: `UserError` for settings that cannot be built, and as `Parameters` does.
    package init(
        _ parameters: Parameters, _ sources: PerModality<any StateSource>, _ options: SideNetworkOptions,
        states scaling: StateScaling = .raw, modalityDropout: Double = 0, width: Int
    ) throws {
        let shapes = sources.mapValues { $0.shape }
        try options.check(shapes)
        let versa = options.isVersa(shapes)
        isVersa = versa
        states = try ItemStates(parameters, sources, scaling: scaling, dropout: modalityDropout)
        intra = try (options.intra ? shapes.inFusionOrder : []).map { modality, shape in
            let tower = try IntraTower(
                parameters.scoped(modality.name), width: shape.width, count: shape.layers.count, options, versa: versa,
                output: width)
            return (modality, tower)
        }
        inter =
            options.inter && shapes.count > 1
            ? try InterTower(parameters.scoped("inter"), shapes, options, output: width) : nil
        let parts = intra.count + (inter == nil ? 0 : 1)
        fusion = try Linear(parameters.scoped("fusion"), parts * width, width)
        self.width = width
    }

    /// How many numbers of live encoders are computed with and never change.
    package var frozenCount: Int { states.frozenCount }
    /// The hashes of the encoders, by modality, as far as they are known.
    package var encoderHashes: PerModality<String> { states.hashes }
    /// Whether all states are.
    package var isResident: Bool { states.isResident }

    /// The vectors of items: [items, width].
    ///
    /// A tower's head and the fusion's part of it are one linear map, which is multiplied out first.
    package func vectors(of items: Tensor, training: Bool, part: ItemPart?) throws -> Tensor {
        let (weights, biases) = TowerHead.joined(allHeads, before: fusion.weight)
        let parts = try outputs(of: items, training: training, part: part, maps: weights).map(\.output)
        let bias = biases.sum(along: 0)
        return TowerOutput.sum(parts, bias: fusion.bias.map { bias + $0 } ?? bias)
    }

    func heads(of items: Tensor, training: Bool, part: ItemPart?) throws -> [(name: String, output: Tensor)] {
        let (weights, biases) = TowerHead.joined(allHeads, before: nil)
        return try outputs(of: items, training: training, part: part, maps: weights).enumerated().map {
            ($1.name, TowerOutput.sum([$1.output], bias: biases.selected(0, $0)))
        }
    }

    /// The towers' heads in the order of the fusion's columns.
    private var allHeads: [TowerHead] { intra.map(\.tower.head) + (inter.map { [$0.head] } ?? []) }

    /// What maps make of the towers' last outputs, in the same order.
    private func outputs(
        of items: Tensor, training: Bool, part: ItemPart?, maps: [Tensor]
    ) throws -> [(name: String, output: TowerOutput)] {
        let rows = try states.rows(of: items, training: training, part: part)
        var outputs: [(name: String, output: TowerOutput)] = []
        for (modality, tower) in intra {
            guard let rows = rows[modality] else { continue }
            outputs.append((modality.name, tower(rows, map: maps[outputs.count])))
        }
        if let inter { outputs.append(("inter", inter(rows, map: maps[outputs.count]))) }
        return outputs
    }

    /// Measures what standardised states are scaled by.
    package func measureStates(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) throws {
        try states.measure(itemCount: itemCount, progress: progress, stop: stop)
    }

    /// Completes a backward pass.
    package func finishBackward() throws { try states.finishBackward() }

    /// The outputs of every step from states to vectors, as tests and pictures look at them.
    package struct Stages {
        /// h_1 ... h_K of each modality's tower, each [items, width].
        package var intra: PerModality<[Tensor]> = [:]
        /// m_1 ... m_K of the inter tower.
        package var inter: [Tensor] = []
        /// The heads' outputs [items, width] by tower name: `image`, `text`, ..., `inter`.
        package var heads: [(name: String, output: Tensor)] = []
        /// The item vectors [items, width].
        package var vectors: Tensor
    }

    /// Computes the vectors of items in the plain form, block by block and map by map, and keeps every step.
    package func stages(of items: Tensor, training: Bool = false) throws -> Stages {
        let rows = try states.rows(of: items, training: training)
        let dense = rows.mapValues { $0.dense }  // [items, layers, width]
        var stages = Stages(vectors: items)
        for (modality, tower) in intra {
            guard let states = dense[modality] else { continue }
            let blocks = tower.blockOutputs(states)
            stages.intra[modality] = blocks
            stages.heads.append((modality.name, tower.head(blocks[blocks.count - 1])))
        }
        if let inter {
            stages.inter = inter.blockOutputs(dense)
            stages.heads.append(("inter", inter.head(stages.inter[stages.inter.count - 1])))
        }
        stages.vectors = fusion(.concatenated(stages.heads.map(\.output), along: 1))
        return stages
    }

    /// The gates' values by tower name: how much of a layer's state a block takes in, and in `inter` how much of the image, as
    /// ``InterTower/gateValues()`` says.
    package var gates: [(tower: String, values: [Float])] {
        intra.compactMap { modality, tower in tower.gateValues().map { (modality.name, $0) } } + (inter?.gateValues() ?? [])
    }
}
