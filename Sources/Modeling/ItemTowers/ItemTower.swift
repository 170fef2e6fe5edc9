import Torch

/// What turns catalogue items into vectors that can be compared with users.
public protocol ItemTower {
    /// Numbers in an item vector.
    var width: Int { get }

    /// How many numbers of live encoders are computed with and never change.
    var frozenCount: Int { get }

    /// The vectors of items.
    ///
    /// - Parameter items: catalogue indices, ascending, each once; on any device.
    /// - Returns: [items, width] on the model's device.
    func vectors(of items: Tensor) -> Tensor
}

extension ItemTower {
    /// None, as in towers without live encoders.
    public var frozenCount: Int { 0 }
}
