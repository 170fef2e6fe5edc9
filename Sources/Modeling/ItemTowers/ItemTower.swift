import Torch

/// What turns catalogue items into vectors that can be compared with users.
public protocol ItemTower {
    /// Numbers in an item vector.
    var width: Int { get }

    /// The vectors of items.
    ///
    /// - Parameter items: catalogue indices, ascending, each once; on any device.
    /// - Returns: [items, width] on the model's device.
    func vectors(of items: Tensor) -> Tensor
}
