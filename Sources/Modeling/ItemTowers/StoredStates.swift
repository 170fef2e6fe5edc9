import Files
import HiddenStates
import Torch

/// Hidden states read from a mapped store: only the rows a batch needs are touched.
///
/// The rows of a store of one shard are read in place; of several shards they are copied into one buffer, as memory is copied.
public final class StoredStates: StateSource {
    /// Their width and kept layers.
    public let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    public let presence: [Bool]?
    /// The hash of the store's identity: encoder, preprocessing, layers.
    public var hash: String? { store.identity.hash }
    private let store: HiddenStateStore
    private let positions: [Int]
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
        positions = try store.positions(ofLayers: layers)
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

    /// The rows of items.
    public func states(of items: Tensor, training: Bool) -> StateRows {
        shards.count == 1
            ? StateRows(shards[0], rows: items, layers: positions, on: device)
            : StateRows(gathered(items), rows: nil, layers: positions, on: device)
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
