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

    /// The states of items.
    ///
    /// - Parameters:
    ///   - items: catalogue indices [items].
    ///   - training: whether dropout is on and gradients may be needed.
    /// - Returns: those of an item without the modality are without meaning.
    /// - Throws: ``UserError`` when an input can no longer be read.
    func states(of items: Tensor, training: Bool) throws -> StateRows

    /// Completes a backward pass where the source had put off a part of it.
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
    /// Nothing was put off.
    public func finishBackward() {}
}

/// The hidden states of a modality as an item tower reads them: raw or standardised, and a learned stand-in takes the place of those that
/// are missing.
///
/// states = present ? H : M, with M [layers, width] trained from zero. M exists where some item lacks the modality, or where modality
/// dropout leaves it out while training. Standardised H is (H - mean) / max(deviation, 1e-4) of the catalogue, see ``StateStatistics``.
struct ModalityStates {
    /// Where the states come from.
    let source: any StateSource
    private let missing: Tensor?
    private let present: Tensor?  // [catalogue]
    private let statistics: StateStatistics?

    /// Asks for `missing` [layers, width] where it is needed and for the statistics of standardised states, and takes over what the source
    /// trains.
    init(_ parameters: Parameters, _ source: any StateSource, scaling: StateScaling, isDropped: Bool) throws {
        self.source = source
        statistics = scaling == .standardised ? try StateStatistics(parameters, source.shape) : nil
        let present = source.presence.map { $0.allSatisfy { $0 } ? nil : Tensor($0, on: parameters.device) } ?? nil
        self.present = present
        missing =
            present != nil || isDropped
            ? try parameters("missing", [source.shape.layers.count, source.shape.width], .zeros) : nil
        // The model may see other items than it was trained on.
        parameters.allowMissing("missing")
        let encoder = parameters.grouped(.encoders)
        for (name, tensor) in source.trained { encoder.adopt(tensor, as: name, decays: source.decayed.contains(name)) }
    }

    /// The width and kept layers.
    var shape: ModalityShape { source.shape }

    /// Which of some items have the modality: [items]; nil where all have it.
    func presence(of items: Tensor) -> Tensor? { present.map { $0.selecting(items.to($0.device)) } }

    /// The states of items.
    ///
    /// - Parameter dropped: which of the items count as missing although they have the modality [items]; nil for none.
    func states(of items: Tensor, dropped: Tensor?, training: Bool) throws -> StateRows {
        let own = try source.states(of: items, training: training)
        let states = statistics.map { own.scaled($0.scale) } ?? own
        guard let missing else { return states }
        let known: Tensor
        switch (presence(of: items), dropped) {
        case (nil, nil): return states
        case (let present?, nil): known = present
        case (nil, let dropped?): known = dropped.not()
        case (let present?, let dropped?): known = present.and(dropped.not())
        }
        return StateRows(states.dense.kept(where: known.reshaped([-1, 1, 1]), otherwise: missing))
    }

    /// Measures what standardised states are scaled by; nothing for raw ones.
    func measure(itemCount: Int, name: String, progress: WorkProgress.Handler?, stop: StopToken) throws {
        try statistics?.measure(source, itemCount: itemCount, name: name, progress: progress, stop: stop)
    }
}

/// Hidden states in one tensor on the model's device.
package final class ResidentStates: StateSource {
    /// Their width and kept layers.
    package let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    package let presence: [Bool]?
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
        let dtype: ElementType =
            switch store.dtype {
            case .float16: .float16
            case .bfloat16: .bfloat16
            case .float32: .float32
            }
        let (stored, width) = (store.layers.count, store.width)
        let mapped: [Tensor] = store.shards.map { shard in
            .reading(
                shard.states.baseAddress, shape: [shard.items.count, stored, width],
                dtype: dtype, owner: store)
        }
        let bytes = store.itemCount * layers.count * width * dtype.size
        if Self.areResident(bytes, on: device) {
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

    /// Whether states of so many bytes lie on a device as a whole: on accelerators, where they leave half of its memory to the rest.
    private static func areResident(_ bytes: Int, on device: Device) -> Bool {
        device != .cpu && bytes <= MemoryUse.total(of: device) / 2
    }

    /// The rows of items, in place.
    public func states(of items: Tensor, training: Bool) -> StateRows {
        StateRows(shards, rows: items, layers: positions, on: device)
    }
}
