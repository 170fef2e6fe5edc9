import Torch

/// An item tower of several parts: item vector = Linear(the parts' heads, side by side).
protocol FusedTower: ItemTower {
    /// The linear map of all heads [width, parts · width].
    var fusion: Linear { get }
    /// The heads' outputs [items, width] by part, in the order of the fusion's columns.
    func heads(of items: Tensor, training: Bool) throws -> [(name: String, output: Tensor)]
}

extension FusedTower {
    /// The vectors of items: [items, width].
    public func vectors(of items: Tensor, training: Bool) throws -> Tensor {
        fusion(.concatenated(try heads(of: items, training: training).map(\.output), along: 1))
    }

    /// What each part adds to the item vectors: [items, width] by name; with the fusion's bias they add up to the vectors.
    public func parts(of items: Tensor) throws -> [(name: String, vectors: Tensor)] {
        try heads(of: items, training: false).enumerated().map { index, head in
            let columns = fusion.weight.narrowed(1, (index * width)..<((index + 1) * width))
            return (head.name, head.output.linear(columns))
        }
    }
}
