import Files
import Torch

/// The side network across the modalities: m_0 = 0; m_k = SANB_k(m_{k-1} + x_k).
///
/// x_k is what the modalities' states are merged to, the papers' g_k V_k + (1 - g_k) T_k of image states V and text states T. Each
/// further modality is merged by a gate of its own: x <- g_k x + (1 - g_k) S_k. The j-th modality's θ starts at ln(j - 1) temperatures, so
/// that a fresh tower takes in all modalities equally; for two this is the papers' 0. Without gates x_k is the sum of the states.
///
/// Where the widths differ, a linear dimension transformation per kept position maps wider modalities to the narrowest width
/// (IISAN-Versa); it can be given to all. Where the numbers of kept states differ, the last ones of each go together.
struct InterTower {
    private let blocks: [SideBlock]
    /// The modalities in the order in which they are merged, the fusion's, with their dimension transformations, if they have some.
    private let inputs: [(modality: Modality, transforms: [Linear])]
    /// The gates by which the second modality and all further ones are merged; none in an ungated tower.
    private let gates: [Gates]
    /// The maps from m_K to the tower's part of the item vectors.
    let head: TowerHead
    private let chain: BottleneckChain

    /// Asks for the blocks, gates, transformations and head over at least two modalities.
    init(
        _ parameters: Parameters, _ shapes: PerModality<ModalityShape>, _ options: SideNetworkOptions, output: Int
    ) throws {
        precondition(shapes.count > 1, "an inter tower is over several modalities")
        let width = shapes.values.map(\.width).min() ?? 0
        let count = shapes.values.map(\.layers.count).min() ?? 0
        let side = parameters.grouped(.sideBlocks)
        blocks = try (0..<count).map {
            try SideBlock(
                side.scoped("blocks", $0), width: width, bottleneck: options.bottleneck, activation: options.activation)
        }
        let order = shapes.inFusionOrder.map(\.modality)
        gates = try (options.gated ? Array(order.enumerated().dropFirst()) : []).map { place, modality in
            try Gates(place == 1 ? side : side.scoped("merges").scoped(modality.name), count: count, merging: place + 1)
        }
        chain = .joining(blocks, gates.last, options.activation)
        let transforms = try shapes.compactMapValues { modality, shape -> [Linear]? in
            guard options.transformation == .both || shape.width > width else { return nil }
            // Of two modalities one is wider, and its transformations have no name of their own.
            let isOnlyOne = options.transformation == .wider && shapes.count == 2
            return try (0..<count).map {
                let place = side.scoped("transforms")
                return try Linear(
                    isOnlyOne ? side.scoped("transforms", $0) : place.scoped(modality.name, $0), shape.width, width)
            }
        }
        inputs = order.map { ($0, transforms[$0] ?? []) }
        head = try TowerHead(parameters, width: width, middle: width, output: output)
    }

    /// What a map [outputs, width] makes of the last block's output: [items, outputs].
    func callAsFunction(_ states: PerModality<StateRows>, map: Tensor) -> TowerOutput {
        if chain.isAvailable(outputs: map.size(0)) {
            let rows = inputs.compactMap { input in states[input.modality].map { transformed($0, input.transforms) } }
            if let first = mergedButLast(rows).chainTable, let second = rows[rows.count - 1].chainTable {
                return .chain(BottleneckChain.Reading(chain, first, second, map: map))
            }
        }
        let outputs = blockOutputs(states.mapValues { $0.dense })
        return .tensor(outputs[outputs.count - 1].linear(map))
    }

    /// The states that the blocks read, in the tower's width.
    private func transformed(_ states: StateRows, _ transforms: [Linear]) -> StateRows {
        let states = states.suffix(blocks.count)
        if transforms.isEmpty { return states }
        let dense = states.dense
        return StateRows(.stacked(transforms.enumerated().map { $1(dense.selected(1, $0)) }, along: 1))
    }

    /// All modalities but the last as one: the chain merges two.
    private func mergedButLast(_ rows: [StateRows]) -> StateRows {
        if rows.count == 2 { return rows[0] }
        return StateRows(Self.merged(rows.dropLast().map(\.dense), gates.map { $0.values().unsqueezed(1) }))
    }

    /// Merges states of the first few modalities by as many gates less one; without gates they are added.
    private static func merged(_ states: [Tensor], _ gates: [Tensor]) -> Tensor {
        states.dropFirst().enumerated().reduce(states[0]) { all, next in
            gates.isEmpty ? all + next.element : mixed(all, next.element, gates[next.offset])
        }
    }

    /// The plain form of the tower: m_1 ... m_K for states [items, layers, width] of each modality; each [items, narrowest width].
    func blockOutputs(_ states: PerModality<Tensor>) -> [Tensor] {
        let gates = gates.map { $0.values() }
        var outputs: [Tensor] = []
        for (k, block) in blocks.enumerated() {
            let layer = inputs.compactMap { modality, transforms in
                states[modality].map { states in
                    let state = states.selected(1, states.size(1) - blocks.count + k)  // [items, the modality's width]
                    return transforms.isEmpty ? state : transforms[k](state)
                }
            }
            let all = Self.merged(layer, gates.map { $0.selected(0, k) })
            outputs.append(block(outputs.last.map { $0 + all } ?? all))
        }
        return outputs
    }

    /// The gates' values as `inter`: 1 for the image, or the first modality, alone, and 0 for the text, or the second, alone. What
    /// these are against each further modality follows, as in `inter, caption`. Nothing for an ungated tower.
    func gateValues() -> [(tower: String, values: [Float])] {
        gates.enumerated().map { place, gates in
            (place == 0 ? "inter" : "inter, \(inputs[place + 1].modality.name)", gates.values().floats())
        }
    }
}
