import Torch

/// The side network across the modalities: m_0 = 0; m_k = SANB_k(m_{k-1} + g_k V_k + (1 - g_k) T_k).
///
/// Without gates m_k = SANB_k(m_{k-1} + V_k + T_k). V are the image states, T the text states. Where the widths differ, a linear
/// dimension transformation per kept position maps the wider modality to the narrower width (IISAN-Versa); it can be given to both
/// modalities. Where the numbers of kept states differ, the last ones of both are paired.
struct InterTower {
    private let blocks: [SideBlock]
    private let gates: Gates?
    private let textTransforms: [Linear]
    private let imageTransforms: [Linear]
    /// The maps from m_K to the tower's part of the item vectors.
    let head: TowerHead
    private let chain: BottleneckChain

    /// Asks for the blocks, gates, transformations and head.
    init(
        _ parameters: Parameters, text: ModalityShape, image: ModalityShape, _ options: SideNetworkOptions, output: Int
    ) throws {
        let width = min(text.width, image.width)
        let count = min(text.layers.count, image.layers.count)
        let side = parameters.grouped(.sideBlocks)
        blocks = try (0..<count).map {
            try SideBlock(
                side.scoped("blocks", $0), width: width, bottleneck: options.bottleneck, activation: options.activation)
        }
        gates = options.gated ? try Gates(side, count: count) : nil
        chain = .joining(blocks, gates, options.activation)
        func transforms(_ name: String, from own: Int) throws -> [Linear] {
            switch options.transformation {
            case .wider: try own > width ? (0..<count).map { try Linear(side.scoped("transforms", $0), own, width) } : []
            case .both:
                try (0..<count).map { try Linear(side.scoped("transforms").scoped(name, $0), own, width) }
            }
        }
        textTransforms = try transforms("text", from: text.width)
        imageTransforms = try transforms("image", from: image.width)
        head = try TowerHead(parameters, width: width, middle: width, output: output)
    }

    /// What a map [outputs, width] makes of the last block's output: [items, outputs].
    func callAsFunction(text: StateRows, image: StateRows, map: Tensor) -> TowerOutput {
        if chain.isAvailable(outputs: map.size(0)), let textTable = transformed(text, textTransforms).chainTable,
            let imageTable = transformed(image, imageTransforms).chainTable
        {
            return .chain(BottleneckChain.Reading(chain, imageTable, textTable, map: map))
        }
        let outputs = blockOutputs(text: text.dense, image: image.dense)
        return .tensor(outputs[outputs.count - 1].linear(map))
    }

    /// The states that the blocks read, in the tower's width.
    private func transformed(_ states: StateRows, _ transforms: [Linear]) -> StateRows {
        let states = states.suffix(blocks.count)
        if transforms.isEmpty { return states }
        let dense = states.dense
        return StateRows(.stacked(transforms.enumerated().map { $1(dense.selected(1, $0)) }, along: 1))
    }

    /// The plain form of the tower: m_1 ... m_K for states [items, layers, width] of each modality; each [items, narrower width].
    func blockOutputs(text: Tensor, image: Tensor) -> [Tensor] {
        let gates = gates?.values()
        let firstText = text.size(1) - blocks.count
        let firstImage = image.size(1) - blocks.count
        var outputs: [Tensor] = []
        for (k, block) in blocks.enumerated() {
            var textState = text.selected(1, firstText + k)  // [items, text width]
            var imageState = image.selected(1, firstImage + k)  // [items, image width]
            if !textTransforms.isEmpty { textState = textTransforms[k](textState) }
            if !imageTransforms.isEmpty { imageState = imageTransforms[k](imageState) }
            let both =
                gates.map { mixed(imageState, textState, $0.selected(0, k)) } ?? (imageState + textState)
            outputs.append(block(outputs.last.map { $0 + both } ?? both))
        }
        return outputs
    }

    /// The gates' values, 1 for image alone and 0 for text alone; nil for an ungated tower.
    func gateValues() -> [Float]? { gates?.values().floats() }
}
