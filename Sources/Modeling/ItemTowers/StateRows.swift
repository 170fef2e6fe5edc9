public import Torch

/// The hidden states of some items where they lie: rows of a table, of which nothing is copied before it is needed.
public struct StateRows {
    /// The table [rows, layers, width] of any floating type, in one piece or in several, which follow each other.
    let shards: [Tensor]
    /// The row of each item, int64 [items]; nil where the table is in one piece and holds these items and no others.
    let rows: Tensor?
    /// The places of the kept layers in the table, ascending.
    let layers: [Int]
    /// What makes the states standardised ones, for the kept layers; nil where they are taken as they are.
    private let scale: StateScale?
    private let device: Device
    /// What they are converted to.
    private let dtype: ElementType

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
        scale = nil
        self.device = device ?? shards[0].device
        dtype = .float32
    }

    /// States that were computed for these items: [items, layers, width].
    public init(_ states: Tensor) {
        (shards, rows, layers, scale, device) = ([states], nil, Array(0..<states.size(1)), nil, states.device)
        dtype = states.dtype == .float64 ? .float64 : .float32
    }

    private init(_ other: StateRows, layers: [Int], scale: StateScale?, dtype: ElementType? = nil) {
        (shards, rows, device) = (other.shards, other.rows, other.device)
        (self.layers, self.scale, self.dtype) = (layers, scale, dtype ?? other.dtype)
    }

    /// float32, or what ``converted(to:)`` says, [items, layers, width] on the model's device.
    public var dense: Tensor { dense(on: device) }

    /// The same on another device.
    func dense(on device: Device) -> Tensor {
        var states = gathered
        let kept = layers[0]..<layers[0] + layers.count
        states =
            layers == Array(kept)
            ? states.narrowed(1, kept) : states.selecting(Tensor(layers.map(Int64.init), on: states.device), along: 1)
        let dense = states.to(device).to(dtype)
        return scale.map { $0(dense) } ?? dense
    }

    /// The last kept layer's states: [items, width] of the same type on the model's device.
    public var last: Tensor {
        let layer = layers[layers.count - 1]
        func finished(_ states: Tensor) -> Tensor {
            let dense = states.to(device).to(dtype)
            return (scale?.last).map { $0(dense) } ?? dense
        }
        if shards.count > 1 { return finished(gathered.selected(1, layer)) }
        let states = shards[0].selected(1, layer)
        return finished(rows.map { states.selecting($0) } ?? states)
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
    func suffix(_ count: Int) -> StateRows { StateRows(self, layers: layers.suffix(count), scale: scale?.suffix(count)) }

    /// The same rows, to be read in another scale, which has the kept layers.
    func scaled(_ scale: StateScale) -> StateRows { StateRows(self, layers: layers, scale: scale) }

    /// The same rows, converted to another type as they are read.
    func converted(to dtype: ElementType) -> StateRows { StateRows(self, layers: layers, scale: scale, dtype: dtype) }

    /// The states as a chain of side blocks reads them; nil where they are not where the model computes.
    var chainTable: BottleneckChain.Table? {
        guard shards[0].device == device else { return nil }
        return BottleneckChain.Table(shards, rows: rows, layers: layers, means: scale?.mean, scales: scale?.factor)
    }
}
