import FoundationEssentials
import Files
public import HiddenStates
public import OrderedCollections
public import Torch

/// Where a modality's hidden states come from.
public protocol StateSource: AnyObject {
    /// Their width and kept layers.
    var shape: ModalityShape { get }
    /// Whether an item has the modality [catalogue]; nil where all have it.
    var presence: [Bool]? { get }
    /// What training changes of the source, by its name below the modality's part of the item tower; empty for one that never changes.
    var trained: OrderedDictionary<String, Tensor> { get }
    /// Which of those, by the same names, weight decay is for: the matrices of linear maps and convolutions.
    var decayed: Set<String> { get }
    /// How many numbers are computed with in a step and never change.
    var frozenCount: Int { get }
    /// What tells the encoder and its settings apart from others; nil where that is not known.
    var hash: String? { get }
    /// Whether the states lie in one table where the model computes, so that nothing is brought there meanwhile.
    var isResident: Bool { get }

    /// The states of items.
    ///
    /// - Parameters:
    ///   - items: catalogue indices [items].
    ///   - training: whether dropout is on and gradients may be needed.
    /// - Returns: those of an item without the modality are without meaning.
    /// - Throws: ``UserError`` when an input can no longer be read.
    func states(of items: Tensor, training: Bool) throws -> StateRows

    /// Completes a backward pass where the source had postponed a part of it.
    ///
    /// - Throws: ``UserError`` when an input can no longer be read.
    func finishBackward() throws
}

extension StateSource {
    /// Nothing, as for a source that never changes.
    public var trained: OrderedDictionary<String, Tensor> { [:] }
    /// None.
    public var decayed: Set<String> { [] }
    /// None, as for a source that computes nothing.
    public var frozenCount: Int { 0 }
    /// Not known.
    public var hash: String? { nil }
    /// They do not.
    public var isResident: Bool { false }
    /// Nothing was postponed.
    public func finishBackward() {}
}

/// The shape of a modality's hidden states.
public struct ModalityShape: Sendable, Codable, Equatable {
    /// Numbers in one state.
    package var width: Int
    /// The indices of the kept layers, ascending; their number is K.
    package var layers: [Int]

    /// Makes a shape.
    package init(width: Int, layers: [Int]) {
        self.width = width
        self.layers = layers
    }

    /// Refuses kept layers that are none, not ascending, or not of those that there are.
    ///
    /// - Parameters:
    ///   - kept: the layers that a model is to read.
    ///   - stored: those that there are.
    /// - Throws: ``UserError`` without a place.
    package static func check(kept: [Int], of stored: [Int]) throws {
        let remedy = "Choose among \(stored.sorted()), each at most once and in ascending order."
        guard !kept.isEmpty else { throw UserError("is an empty list, and a tower reads at least one layer", remedy: remedy) }
        let missing = kept.filter { !stored.contains($0) }
        guard missing.isEmpty else {
            throw UserError("names \(missing.prefix(20)), and the layers \(stored) are kept", remedy: remedy)
        }
        guard zip(kept, kept.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw UserError("is \(kept.prefix(50)), expected different layers in ascending order", remedy: remedy)
        }
    }
}

/// Hidden states in one tensor on the model's device.
package final class ResidentStates: StateSource {
    /// Their width and kept layers.
    package let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    package let presence: [Bool]?
    /// They do.
    package let isResident = true
    private let table: Tensor

    /// Takes states [items, layers, width] of any floating type.
    package init(_ table: Tensor, layers: [Int], presence: [Bool]? = nil) {
        precondition(
            table.rank == 3 && table.size(1) == layers.count, "states of shape \(table.shape) for \(layers.count) layers")
        self.table = table
        self.presence = presence
        shape = ModalityShape(width: table.size(2), layers: layers)
    }

    /// The rows of items.
    package func states(of items: Tensor, training: Bool) -> StateRows {
        StateRows([table], rows: items, layers: Array(0..<shape.layers.count))
    }
}

/// Hidden states of a store: mapped, so that only the rows a batch needs are touched; on an accelerator that has room for them they lie
/// there as a whole.
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
    /// Whether they lie on the device as a whole.
    public var isResident: Bool { shards.count == 1 && shards[0].device == device }

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
        let places = try store.positions(ofLayers: layers)
        let present = (0..<store.itemCount).map(store.isPresent)
        presence = present.allSatisfy { $0 } ? nil : present
        shape = ModalityShape(width: store.width, layers: layers)
        let (dtype, stored, width) = (store.dtype.element, store.layers.count, store.width)
        let mapped: [Tensor] = store.shards.map { shard in
            .reading(
                shard.states.baseAddress, shape: [shard.items.count, stored, width],
                dtype: dtype, owner: store)
        }
        let bytes = store.itemCount * layers.count * width * dtype.size
        if MemoryUse.hasRoom(for: bytes, on: device) {
            let table = Tensor.empty([store.itemCount, layers.count, width], dtype: dtype, on: device)
            for (shard, states) in zip(store.shards, mapped) {
                let kept = places.count == stored ? states : states.selecting(Tensor(places.map(Int64.init)), along: 1)
                table.narrowed(0, shard.items).copy(from: kept)
            }
            (shards, positions) = ([try table.checked()], Array(layers.indices))
        } else {
            (shards, positions) = (mapped, places)
        }
    }

    /// The rows of items, in place.
    public func states(of items: Tensor, training: Bool) -> StateRows {
        StateRows(shards, rows: items, layers: positions, on: device)
    }
}
