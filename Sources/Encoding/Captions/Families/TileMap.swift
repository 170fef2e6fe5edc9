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
    func join(_ tiles: Tensor, _ grid: TileGrid?) -> Tensor {
        let width = tiles.size(2)
        let end = newline.to(tiles.dtype)
        guard let grid, tiles.size(0) > 1 else { return .concatenated([tiles.selected(0, 0), end.unsqueezed(0)], along: 0) }
        var map = tiles.narrowed(0, from: 1).reshaped([grid.rows, grid.columns, side, side, width])
            .permuted([4, 0, 2, 1, 3]).reshaped([width, grid.rows * side, grid.columns * side])
        let area = Self.picture(grid, side: side)
        map = map.narrowed(1, area.rows).narrowed(2, area.columns)
        if let size = smaller(area) { map = map.unsqueezed(0).resized(height: size.rows, width: size.columns).squeezed(0) }
        let ends = end.reshaped([width, 1, 1]).expanded([width, map.size(1), 1])
        let rows = Tensor.concatenated([map, ends], along: 2).reshaped([width, -1]).transposed(0, 1)
        return .concatenated([tiles.selected(0, 0), rows], along: 0)
    }

    /// How many states ``join(_:_:)`` gives.
    func count(_ grid: TileGrid?) -> Int {
        guard let grid else { return side * side + 1 }
        let area = Self.picture(grid, side: side)
        let (rows, columns) = smaller(area) ?? (area.rows.count, area.columns.count)
        return side * side + rows * (columns + 1)
    }

    /// The rows and columns of a map of tiles that the picture is in: tiles were cut from a picture with margins at two sides.
    static func picture(_ grid: TileGrid, side: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (rows, columns) = (grid.rows * side, grid.columns * side)
        func margins(_ all: Int, _ own: Int, scale: Double) -> Range<Int> {
            // Rounded to seven places, as the model's own code does.
            let filled = Int((Double(own) * scale * 1e7).rounded(.toNearestOrEven) / 1e7)
            let margin = (all - filled) / 2
            return margin..<(all - margin)
        }
        if Double(grid.width) / Double(grid.height) > Double(columns) / Double(rows) {
            return (margins(rows, grid.height, scale: Double(columns) / Double(grid.width)), 0..<columns)
        }
        return (0..<rows, margins(columns, grid.width, scale: Double(rows) / Double(grid.height)))
    }

    /// The size of the map that is made of too large a one; nil where it stays.
    private func smaller(_ area: (rows: Range<Int>, columns: Range<Int>)) -> (rows: Int, columns: Int)? {
        guard let largest else { return nil }
        let (rows, columns) = (area.rows.count, area.columns.count)
        let ratio = (Double(rows * columns) / Double(largest * side * side)).squareRoot()
        guard ratio > 1.1 else { return nil }
        return (Int((Double(rows) / ratio).rounded(.down)), Int((Double(columns) / ratio).rounded(.down)))
    }
}
