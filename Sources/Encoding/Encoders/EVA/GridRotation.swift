import Foundation
import Torch

/// Rotary positions of a grid of patches (Fang et al. 2023).
///
/// In the first half of a head each two neighbouring values are turned by the patch's row, in the second half by its column. Tokens
/// before the patches are not turned.
struct GridRotation: Rotation {
    private let leadingTokens: Int
    /// [patches, headWidth / 2].
    private let cosine: Tensor
    private let sine: Tensor

    /// Makes the angles of a grid.
    ///
    /// - Parameters:
    ///   - headWidth: a multiple of 4.
    ///   - reference: patches along a side in pre-training; other grids are stretched to it.
    init(_ grid: PatchGrid, headWidth: Int, reference: Int, base: Double = 10_000, on device: Device) {
        leadingTokens = grid.leadingTokens
        let (side, count) = (grid.patches(grid.size), headWidth / 4)
        let frequencies = (0..<count).map { 1 / powf(Float(base), Float($0) / Float(count)) }
        let places = (0..<side).map { Float($0) / Float(side) * Float(reference) }
        let line = Tensor(places, on: device).unsqueezed(1) * Tensor(frequencies, on: device).unsqueezed(0)  // [side, count]
        let rows = line.unsqueezed(1).expanded([side, side, count])
        let columns = line.unsqueezed(0).expanded([side, side, count])
        let angles = Tensor.concatenated([rows, columns], along: 2).reshaped([side * side, 2 * count])
        (cosine, sine) = (angles.cosine(), angles.sine())
    }

    func callAsFunction(_ heads: Tensor) -> Tensor {
        let patches = heads.size(2) - leadingTokens
        guard patches > 0 else { return heads }
        let (cosine, sine) = (cosine.narrowed(0, 0..<patches), sine.narrowed(0, 0..<patches))
        let (leading, placed) = (heads.narrowed(2, 0..<leadingTokens), heads.narrowed(2, from: leadingTokens))
        let pairs = placed.to(.float32).reshaped([heads.size(0), heads.size(1), patches, -1, 2])
        let (first, second) = (pairs.selected(4, 0), pairs.selected(4, 1))
        let turned = Tensor.stacked([first * cosine - second * sine, second * cosine + first * sine], along: 4)
        return .concatenated([leading, turned.reshaped(placed.shape).to(heads.dtype)], along: 2)
    }
}
