package import Files
package import Torch

/// What an item's hidden states say without learning: the mean of its layers, whitened, as a vector of length 1.
///
/// x = the mean of an item's states over the kept layers, without the embedding output where there is another, less the catalogue's mean;
/// Σ = the covariance of x over the items that have the modality, of width d, with eigenvalues λ and eigenvectors V;
/// y = the first `width` of x V (λ + mean(λ))^-1/2, λ falling, divided by its length. Items are alike as far as y · y' is large.
package struct Whitening {
    /// The catalogue's mean: float32 [width of the states].
    package let mean: Tensor
    /// V (λ + mean(λ))^-1/2: float32 [width of the states, width].
    package let map: Tensor

    /// Numbers that are kept of a whitened state: as good as all of them on the data it was tried on, at less memory.
    package static let usualWidth = 192

    /// Takes what was fitted before.
    package init(mean: Tensor, map: Tensor) {
        self.mean = mean
        self.map = map
    }

    /// Fits a catalogue.
    ///
    /// - Parameters:
    ///   - source: where the states come from; their width is that of the vectors where it is less than `width`.
    ///   - stop: looked at between blocks of items.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` where no item has the modality or memory runs out.
    package init(
        of source: any StateSource, itemCount: Int, width: Int = Whitening.usualWidth, stop: StopToken = StopToken()
    ) throws {
        let present =
            source.presence?.enumerated().filter(\.element).map { Int64($0.offset) } ?? (0..<Int64(itemCount)).map { $0 }
        guard !present.isEmpty else { throw UserError("no item has states, so none can be compared by them") }
        let count = Double(present.count)
        var mean: Tensor?
        var products: Tensor?
        // Sums in float64, which not every accelerator has, on the processor.
        for block in Self.blocks(of: present) {
            try stop.check()
            let sum = try Self.means(of: block, source).to(.cpu).to(.float64).sum(along: 0)
            mean = mean.map { $0 + sum } ?? sum
        }
        let centre = (mean! / count).to(.float32)
        for block in Self.blocks(of: present) {
            try stop.check()
            let rows = try Self.means(of: block, source).to(.cpu) - centre
            let product = rows.transposed(0, 1).matmul(rows).to(.float64)
            products = products.map { $0 + product } ?? product
        }
        let (values, vectors) = (products! / count).symmetricEigen()
        let size = source.shape.width
        let kept = (size - min(width, size))..<size  // the largest are the last
        let scale = (values + values.mean() + 1e-12).squareRoot()
        let map = (vectors / scale.unsqueezed(0)).narrowed(1, kept).to(.float32)
        self.init(mean: try centre.checked(), map: try map.checked())
    }

    /// The vectors of a catalogue: float32 [items, width] where the states are wanted; zeros for an item without the modality.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` as the source does.
    package func vectors(of source: any StateSource, itemCount: Int, stop: StopToken = StopToken()) throws -> Tensor {
        let blocks = try Self.blocks(of: (0..<Int64(itemCount)).map { $0 }).map { block in
            try stop.check()
            let states = try Self.means(of: block, source)
            let rows = (states - mean.to(states.device)).matmul(map.to(states.device)).unitRows()
            guard let presence = source.presence else { return rows }
            let present = Tensor(block.map { presence[Int($0)] }, on: rows.device).unsqueezed(1)
            return rows.kept(where: present, otherwise: .zeros([1, rows.size(1)], on: rows.device))
        }
        return .concatenated(blocks, along: 0)
    }

    private static func blocks(of items: [Int64]) -> [[Int64]] {
        stride(from: 0, to: items.count, by: 1024).map { Array(items[$0..<min($0 + 1024, items.count)]) }
    }

    /// The mean of the layers: float32 [items, width].
    private static func means(of items: [Int64], _ source: any StateSource) throws -> Tensor {
        let states = try source.states(of: Tensor(items), training: false).dense  // [items, layers, width]
        let isEmbedding = source.shape.layers.first == 0 && source.shape.layers.count > 1
        return (isEmbedding ? states.narrowed(1, from: 1) : states).mean(along: 1)
    }
}

extension Tensor {
    /// The rows divided by their lengths; rows of zeros stay as they are.
    package func unitRows() -> Tensor {
        let lengths = (self * self).sum(along: 1, keeping: true).squareRoot()
        return self / lengths.kept(where: lengths .> 0, otherwise: .ones([1, 1], on: device))
    }
}
