import Torch

/// The side network within one modality: h_0 = 0; h_k = SANB_k(g_k H_k + (1 - g_k) h_{k-1}).
///
/// Without gates h_k = SANB_k(H_k + h_{k-1}). H_k is the k-th kept hidden state of the frozen encoder.
struct IntraTower {
    private let blocks: [SideBlock]
    private let gates: Gates?
    /// The maps from h_K to the tower's part of the item vectors.
    let head: TowerHead
    private let chain: BottleneckChain

    /// Asks for the blocks, gates and head of a modality with `count` kept states of `width`.
    init(_ parameters: Parameters, width: Int, count: Int, _ options: SideNetworkOptions, versa: Bool, output: Int) throws {
        let side = parameters.grouped(.sideBlocks)
        blocks = try (0..<count).map {
            try SideBlock(
                side.scoped("blocks", $0), width: width, bottleneck: options.bottleneck, activation: options.activation)
        }
        gates = options.gated ? try Gates(side, count: count) : nil
        chain = .joining(blocks, gates, options.activation)
        head = try TowerHead(parameters, width: width, middle: versa ? output : width, output: output)
    }

    /// What a map [outputs, width] makes of the last block's output: [items, outputs].
    func callAsFunction(_ states: StateRows, map: Tensor) -> TowerOutput {
        if chain.isAvailable(outputs: map.size(0)), let table = states.chainTable {
            return .chain(BottleneckChain.Reading(chain, table, map: map))
        }
        let outputs = blockOutputs(states.dense)
        return .tensor(outputs[outputs.count - 1].linear(map))
    }

    /// The plain form of the tower: h_1 ... h_K for states [items, K, width]; each [items, width].
    func blockOutputs(_ states: Tensor) -> [Tensor] {
        let gates = gates?.values()
        var outputs: [Tensor] = []
        for (k, block) in blocks.enumerated() {
            let state = states.selected(1, k)  // [items, width]
            let input: Tensor
            switch (gates, outputs.last) {
            case (nil, nil): input = state
            case (nil, let previous?): input = state + previous
            case (let gates?, nil): input = state * gates.selected(0, k)
            case (let gates?, let previous?): input = mixed(state, previous, gates.selected(0, k))
            }
            outputs.append(block(input))
        }
        return outputs
    }

    /// The gates' values; nil for an ungated tower.
    func gateValues() -> [Float]? { gates?.values().floats() }
}

/// g a + (1 - g) b.
func mixed(_ a: Tensor, _ b: Tensor, _ gate: Tensor) -> Tensor { b + (a - b) * gate }
