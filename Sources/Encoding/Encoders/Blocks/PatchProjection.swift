import Torch

/// The patches of a picture as token states: each patch's pixels through one linear map.
struct PatchProjection {
    let weight: Tensor
    let bias: Tensor?
    let grid: PatchGrid

    /// Asks for `weight` [width, 3, patch, patch] and, unless `bias` is false, `bias`.
    init(_ parameters: Parameters, _ grid: PatchGrid, width: Int, bias: Bool = true) throws {
        weight = try parameters("weight", [width, 3, grid.patch, grid.patch], .normal(0.02))
        self.bias = bias ? try parameters("bias", [width], .zeros) : nil
        self.grid = grid
    }

    /// Normalised pixels [items, 3, height, width] as states [items, patches, width], row by row.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let (height, width) = (pixels.size(2), pixels.size(3))
        precondition(grid.reads(height: height, width: width), "pixels \(pixels.shape), expected \(grid.size) x \(grid.size)")
        let map = pixels.to(weight.dtype).convolution(weight, bias, stride: grid.patch)
        return map.reshaped([pixels.size(0), weight.size(0), -1]).transposed(1, 2)
    }
}
