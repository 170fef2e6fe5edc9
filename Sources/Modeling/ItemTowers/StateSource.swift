import OrderedCollections
import Torch

/// Where a modality's hidden states come from.
public protocol StateSource: AnyObject {
    /// Their width and kept layers.
    var shape: ModalityShape { get }
    /// Whether an item has the modality [catalogue]; nil where all have it.
    var presence: [Bool]? { get }
    /// What training changes of the source, by its name below the modality's part of the item tower; empty for one that never changes.
    var trained: OrderedDictionary<String, Tensor> { get }
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
    /// None, as for a source that computes nothing.
    public var frozenCount: Int { 0 }
    /// Not known.
    public var hash: String? { nil }
    /// Nothing was put off.
    public func finishBackward() {}
}
