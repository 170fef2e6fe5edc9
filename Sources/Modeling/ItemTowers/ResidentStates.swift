import Torch

/// Hidden states in one tensor on the model's device.
public final class ResidentStates: StateSource {
    /// Their width and kept layers.
    public let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    public let presence: [Bool]?
    private let table: Tensor

    /// Takes states [items, layers, width] of any floating type.
    public init(_ table: Tensor, layers: [Int], presence: [Bool]? = nil) {
        precondition(
            table.rank == 3 && table.size(1) == layers.count, "states of shape \(table.shape) for \(layers.count) layers")
        self.table = table
        self.presence = presence
        shape = ModalityShape(width: table.size(2), layers: layers)
    }

    /// The rows of items.
    public func states(of items: Tensor, training: Bool) -> StateRows {
        StateRows([table], rows: items, layers: Array(0..<shape.layers.count))
    }
}
