import Torch

/// Where a modality's hidden states come from.
public protocol StateSource {
    /// Their width and kept layers.
    var shape: ModalityShape { get }

    /// The states of items.
    ///
    /// - Parameter items: catalogue indices [items].
    /// - Returns: float32 [items, layers, width] on the model's device.
    func states(of items: Tensor) -> Tensor
}

/// Hidden states in one tensor on the model's device.
public struct ResidentStates: StateSource {
    /// Their width and kept layers.
    public let shape: ModalityShape
    private let table: Tensor

    /// Takes states [items, layers, width] of any floating type.
    public init(_ table: Tensor, layers: [Int]) {
        precondition(
            table.rank == 3 && table.size(1) == layers.count, "states of shape \(table.shape) for \(layers.count) layers")
        self.table = table
        shape = ModalityShape(width: table.size(2), layers: layers)
    }

    /// The states of items: float32 [items, layers, width].
    public func states(of items: Tensor) -> Tensor { table.selecting(items.to(table.device)).to(.float32) }
}
