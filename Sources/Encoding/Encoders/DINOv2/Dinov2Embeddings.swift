import Torch

/// The embeddings of DINOv2: [class token, patches W + b] + positions, with registers after the class token.
///
/// Positions were learned for one grid of patches and are brought to that of another picture by interpolation.
struct Dinov2Embeddings: EncoderPart {
    let classToken: Tensor
    let patches: PatchProjection
    let positions: Tensor
    let registers: Tensor?
    let smoothsPositions: Bool

    init(_ parameters: Parameters, _ configuration: Dinov2Configuration) throws {
        let (width, grid, count) = (configuration.width, configuration.grid, configuration.registers)
        classToken = try parameters("cls_token", [1, 1, width], .normal(0.02))
        patches = try PatchProjection(parameters.scoped("patch_embeddings.projection"), grid, width: width)
        positions = try parameters("position_embeddings", [1, grid.tokens - count, width], .normal(0.02))
        registers = count > 0 ? try parameters("register_tokens", [1, count, width], .zeros) : nil
        smoothsPositions = configuration.smoothsPositions
    }

    func callAsFunction(_ pixels: Tensor, dropout: EncoderDropout) -> Tensor {
        let states = patches(pixels)
        let (items, width) = (pixels.size(0), states.size(2))
        let first = classToken.expanded([items, 1, width]).to(states.dtype)
        let placed = Tensor.concatenated([first, states], along: 1) + positions(height: pixels.size(2), width: pixels.size(3))
        guard let registers else { return dropout(placed) }
        let free = registers.expanded([items, registers.size(1), width]).to(placed.dtype)
        let (leading, others) = (placed.narrowed(1, 0..<1), placed.narrowed(1, from: 1))
        return dropout(Tensor.concatenated([leading, free, others], along: 1))
    }

    /// The positions of the tokens of a picture of a height and width in pixels: [1, 1 + patches, width].
    private func positions(height: Int, width: Int) -> Tensor {
        let grid = patches.grid
        let side = grid.patches(grid.size)
        let (rows, columns) = (grid.patches(height), grid.patches(width))
        if rows == side, columns == side { return positions }
        let map = positions.narrowed(1, from: 1).reshaped([1, side, side, -1]).permuted([0, 3, 1, 2])
        // In fewer digits the interpolation would move positions by more than neighbours differ.
        let resized = map.to(.float32).resized(height: rows, width: columns, smoothed: smoothsPositions).to(positions.dtype)
        let row = resized.permuted([0, 2, 3, 1]).reshaped([1, rows * columns, -1])
        return .concatenated([positions.narrowed(1, 0..<1), row], along: 1)
    }
}
