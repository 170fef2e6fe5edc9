public import Torch

/// The hidden states of some items where they lie: rows of a table, of which nothing is copied before it is needed.
public struct StateRows {
    /// The table [rows, layers, width] of any floating type, in one piece or in several, which follow each other.
    let shards: [Tensor]
    /// The row of each item, int64 [items]; nil where the table is in one piece and holds these items and no others.
    let rows: Tensor?
    /// The places of the kept layers in the table, ascending.
    let layers: [Int]
    private let device: Device

    /// Rows of a table that a state source keeps.
    ///
    /// - Parameters:
    ///   - shards: the table [rows, layers, width] of any floating type, at least one piece.
    ///   - rows: the row of each item over all pieces: int64 [items].
    ///   - layers: the places of the kept layers in the table, ascending, at least one.
    ///   - device: where the states are wanted; the table's by default.
    public init(_ shards: [Tensor], rows: Tensor, layers: [Int], on device: Device? = nil) {
        self.shards = shards
        self.rows = rows.to(shards[0].device)
        self.layers = layers
        self.device = device ?? shards[0].device
    }

    /// States that were computed for these items: [items, layers, width].
    public init(_ states: Tensor) {
        (shards, rows, layers, device) = ([states], nil, Array(0..<states.size(1)), states.device)
    }

    private init(_ other: StateRows, layers: [Int]) {
        (shards, rows, self.layers, device) = (other.shards, other.rows, layers, other.device)
    }

    /// float32 [items, layers, width] on the model's device.
    public var dense: Tensor {
        var states = gathered
        if layers != Array(0..<states.size(1)) {
            states = states.selecting(Tensor(layers.map(Int64.init), on: states.device), along: 1)
        }
        return states.to(device).to(.float32)
    }

    /// The last kept layer's states: float32 [items, width] on the model's device.
    public var last: Tensor {
        let layer = layers[layers.count - 1]
        if shards.count > 1 { return gathered.selected(1, layer).to(device).to(.float32) }
        let states = shards[0].selected(1, layer)
        return (rows.map { states.selecting($0) } ?? states).to(device).to(.float32)
    }

    /// The items' rows with all layers: [items, layers, width].
    private var gathered: Tensor {
        guard let rows else { return shards[0] }
        if shards.count == 1 { return shards[0].selecting(rows) }
        // As memory is copied, because no operator of LibTorch selects from several tensors.
        let items = rows.array(of: Int64.self)
        let result = Tensor.empty([items.count] + shards[0].shape.dropFirst(), dtype: shards[0].dtype)
        var starts = [0]  // the first row of each shard, and the number of all
        for shard in shards { starts.append(starts[starts.count - 1] + shard.size(0)) }
        result.withMutableBytes { target in
            let length = target.count / max(1, items.count)
            // Shard by shard, so that no more than one has to be lent.
            for (shard, source) in shards.enumerated() {
                source.withBytes { source in
                    for (place, item) in items.enumerated()
                    where starts[shard] <= Int(item) && Int(item) < starts[shard + 1] {
                        let start = (Int(item) - starts[shard]) * length
                        UnsafeMutableRawBufferPointer(rebasing: target[place * length..<(place + 1) * length])
                            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + length]))
                    }
                }
            }
        }
        return result
    }

    /// The same rows of the last `count` layers.
    func suffix(_ count: Int) -> StateRows { StateRows(self, layers: layers.suffix(count)) }

    /// The states as a chain of side blocks reads them; nil where they are not where the model computes.
    var chainTable: BottleneckChain.Table? {
        shards[0].device == device ? BottleneckChain.Table(shards, rows: rows, layers: layers) : nil
    }
}
