import Files
import HiddenStates
import Torch

/// Hidden states read from a mapped store: only the rows a batch needs are touched.
///
/// A store of one shard is gathered by the engine; of several, row by row into one buffer, as memory is copied.
public final class StoredStates: StateSource {
    /// Their width and kept layers.
    public let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    public let presence: [Bool]?
    /// The hash of the store's identity: encoder, preprocessing, layers.
    public var hash: String? { store.identity.hash }
    private let store: HiddenStateStore
    private let positions: Tensor?
    private let device: Device
    private let shards: [Tensor]
    private let dtype: DType

    /// Uses some layers of a store.
    ///
    /// - Parameters:
    ///   - layers: which of the stored layers are used, ascending; nil for all.
    ///   - device: where the states are wanted.
    /// - Throws: `UserError` when the store lacks a layer.
    public init(_ store: HiddenStateStore, layers: [Int]? = nil, on device: Device) throws {
        self.store = store
        self.device = device
        let layers = layers ?? store.layers
        let places = try store.positions(ofLayers: layers)
        positions = places == Array(0..<store.layers.count) ? nil : Tensor(places.map(Int64.init))
        let present = (0..<store.itemCount).map(store.isPresent)
        presence = present.allSatisfy { $0 } ? nil : present
        shape = ModalityShape(width: store.width, layers: layers)
        switch store.dtype {
        case .float16: dtype = .float16
        case .bfloat16: dtype = .bfloat16
        case .float32: dtype = .float32
        }
        let (dtype, stored, width) = (dtype, store.layers.count, store.width)
        shards = store.shards.map { shard in
            .over(
                UnsafeMutableRawPointer(mutating: shard.states.baseAddress), shape: [shard.items.count, stored, width],
                dtype: dtype, owner: store)
        }
    }

    /// The states of items: float32 [items, layers, width].
    public func states(of items: Tensor, training: Bool) -> Tensor {
        var rows = shards.count == 1 ? shards[0].selecting(items.to(.cpu)) : gathered(items)  // [items, stored layers, width]
        if let positions { rows = rows.selecting(positions, along: 1) }
        return rows.to(device).to(.float32)
    }

    private func gathered(_ items: Tensor) -> Tensor {
        let items = items.array(of: Int64.self)
        let rows = Tensor.empty([items.count, store.layers.count, store.width], dtype: dtype)
        let target = rows.mutableBytes
        let length = store.bytesPerItem
        for (row, item) in items.enumerated() {
            let shard = store.shard(of: Int(item))
            let start = (Int(item) - shard.items.lowerBound) * length
            UnsafeMutableRawBufferPointer(rebasing: target[row * length..<(row + 1) * length])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: shard.states[start..<start + length]))
        }
        return rows
    }
}
