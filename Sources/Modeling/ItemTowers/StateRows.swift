import Torch

/// The hidden states of some items where they lie: rows of a table, of which nothing is copied before it is needed.
public struct StateRows {
    /// The table [rows, layers, width], of any floating type.
    let table: Tensor
    /// The row of each item, int64 [items]; nil where the table holds these items and no others.
    let rows: Tensor?
    /// The places of the kept layers in the table, ascending.
    let layers: [Int]
    private let device: Device

    /// Rows of a table.
    ///
    /// - Parameter device: where the states are wanted; the table's by default.
    init(_ table: Tensor, rows: Tensor?, layers: [Int], on device: Device? = nil) {
        self.table = table
        self.rows = rows.map { $0.to(table.device) }
        self.layers = layers
        self.device = device ?? table.device
    }

    /// States that were computed for these items: [items, layers, width].
    init(_ states: Tensor) { self.init(states, rows: nil, layers: Array(0..<states.size(1))) }

    /// float32 [items, layers, width] on the model's device.
    public var dense: Tensor {
        var states = rows.map { table.selecting($0) } ?? table
        if layers != Array(0..<table.size(1)) {
            states = states.selecting(Tensor(layers.map(Int64.init), on: table.device), along: 1)
        }
        return states.to(device).to(.float32)
    }

    /// The last kept layer's states: float32 [items, width] on the model's device.
    public var last: Tensor {
        let states = table.selected(1, layers[layers.count - 1])
        return (rows.map { states.selecting($0) } ?? states).to(device).to(.float32)
    }

    /// The same rows of the last `count` layers.
    func suffix(_ count: Int) -> StateRows { StateRows(table, rows: rows, layers: layers.suffix(count), on: device) }

    /// The states as a chain of side blocks reads them; nil where they are not where the model computes.
    var chainTable: BottleneckChain.Table? {
        table.device == device ? BottleneckChain.Table(table, rows: rows, layers: layers) : nil
    }
}
