import Files
import HiddenStates
import Torch

/// Hidden states read from a mapped store: only the rows a batch needs are touched.
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

    /// Uses some layers of a store.
    ///
    /// - Parameters:
    ///   - layers: which of the stored layers are used, ascending; nil for all.
    ///   - device: where the states are wanted.
    /// - Throws: `UserError` when the store lacks a layer, or the layers do not ascend.
    public init(_ store: HiddenStateStore, layers: [Int]? = nil, on device: Device) throws {
        self.store = store
        self.device = device
        let layers = layers ?? store.layers
        do { try ModalityShape.check(kept: layers, of: store.layers) } catch var error as UserError {
            error.place = store.folder.path
            throw error
        }
        positions = try store.positions(ofLayers: layers)
        let present = (0..<store.itemCount).map(store.isPresent)
        presence = present.allSatisfy { $0 } ? nil : present
        shape = ModalityShape(width: store.width, layers: layers)
        let dtype: DType =
            switch store.dtype {
            case .float16: .float16
            case .bfloat16: .bfloat16
            case .float32: .float32
            }
        let (stored, width) = (store.layers.count, store.width)
        shards = store.shards.map { shard in
            .reading(
                shard.states.baseAddress, shape: [shard.items.count, stored, width],
                dtype: dtype, owner: store)
        }
    }

    /// The rows of items, in place.
    public func states(of items: Tensor, training: Bool) -> StateRows {
        StateRows(shards, rows: items, layers: positions, on: device)
    }
}
