import Torch

/// A learned summand of the logits for each head and each way from one patch to another, and three for ways from or to the class
/// token (Bao et al. 2022).
struct RelativePositionBias: PositionBias {
    /// Tables [ways, heads], of which a block adds one of its own or one of all blocks, or both.
    let tables: [Tensor]
    /// The way between two tokens as a row of the tables, `int32` [tokens · tokens].
    private let ways: Tensor

    /// Takes tables of the patches of a grid.
    init(_ tables: [Tensor], _ grid: PatchGrid, on device: Device) {
        self.tables = tables
        ways = Self.ways(side: grid.patches(grid.size), on: device)
    }

    /// Rows of a table for a grid of `side` · `side` patches.
    static func rows(side: Int) -> Int { (2 * side - 1) * (2 * side - 1) + 3 }

    /// How far a patch (row) lies below and right of another (column), as one number; then the ways of the class token.
    private static func ways(side: Int, on device: Device) -> Tensor {
        let patches = side * side
        let line = Tensor.range(0..<side, on: device)
        let below = line.unsqueezed(1).expanded([side, side]).reshaped([patches])
        let right = line.unsqueezed(0).expanded([side, side]).reshaped([patches])
        let down = below.unsqueezed(1) - below.unsqueezed(0) + Double(side - 1)  // [patches, patches], from 0 on
        let across = right.unsqueezed(1) - right.unsqueezed(0) + Double(side - 1)
        let between = (down * Double(2 * side - 1) + across).to(.int64)
        let last = rows(side: side) - 1
        func constant(_ value: Int, _ shape: [Int]) -> Tensor { .full(shape, Double(value), dtype: .int64, on: device) }
        let first = Tensor.concatenated([constant(last, [1, 1]), constant(last - 2, [1, patches])], along: 1)
        let others = Tensor.concatenated([constant(last - 1, [patches, 1]), between], along: 1)
        return Tensor.concatenated([first, others], along: 0).reshaped([-1]).to(.int32)
    }

    func callAsFunction(tokens: Int) -> Tensor {
        let table = tables.dropFirst().reduce(tables[0], +)
        return table.selecting(ways).reshaped([tokens, tokens, -1]).permuted([2, 0, 1]).unsqueezed(0)
    }
}
