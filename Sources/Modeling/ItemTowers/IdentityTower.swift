import Torch

/// One trained vector per item of the catalogue: SASRec on item ids, the baseline without content.
public final class IdentityTower: ItemTower {
    private let embedding: Embedding

    /// Numbers in an item vector.
    public let width: Int

    /// Asks for `embedding.weight` [items, width].
    ///
    /// - Throws: `UserError` as `Parameters` does.
    public init(_ parameters: Parameters, itemCount: Int, width: Int) throws {
        embedding = try Embedding(parameters.scoped("embedding"), itemCount, width, .xavierNormal)
        self.width = width
    }

    /// The vectors of items: [items, width].
    public func vectors(of items: Tensor, training: Bool) -> Tensor { embedding(items.to(embedding.weight.device)) }
}
