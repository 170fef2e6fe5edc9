import Pictures
import Torch

/// How LLaVA-NeXT lays out the states of a picture's tiles: the whole picture's first, then a map of all tiles, row by row.
///
/// Rows and columns of the map that hold none of the picture are left out, and each row ends with a learned state.
struct TileMap {
    /// The state that ends a row [width].
    let newline: Tensor
    /// States along a tile's side.
    let side: Int
    /// The most tiles whose states are read as they are; of more, a smaller map is made. nil: no limit.
    let largest: Int?

    /// The states of a picture's tiles [tiles, states, width], the whole picture first, as [states, width].
    func join(_ tiles: Tensor, _ layout: TileLayout) -> Tensor {
        let width = tiles.size(2)
        let end = newline.to(tiles.dtype)
        guard layout.rows > 0 else { return .concatenated([tiles.selected(0, 0), end.unsqueezed(0)], along: 0) }
        let area = layout.featureMap(side: side, most: largest)
        var map = tiles.narrowed(0, from: 1).reshaped([layout.rows, layout.columns, side, side, width])
            .permuted([4, 0, 2, 1, 3]).reshaped([width, layout.rows * side, layout.columns * side])
            .narrowed(1, area.keptRows).narrowed(2, area.keptColumns)
        if area.isScaled { map = map.unsqueezed(0).linearlyResized(height: area.rows, width: area.columns).squeezed(0) }
        let ends = end.reshaped([width, 1, 1]).expanded([width, area.rows, 1])
        let rows = Tensor.concatenated([map, ends], along: 2).reshaped([width, area.rows * (area.columns + 1)]).transposed(0, 1)
        return .concatenated([tiles.selected(0, 0), rows], along: 0)
    }
}
