import Torch

/// What turns catalogue items into vectors that can be compared with users.
public protocol ItemTower: AnyObject {
    /// Numbers in an item vector.
    var width: Int { get }

    /// How many numbers of live encoders are computed with and never change.
    var frozenCount: Int { get }

    /// The hashes of the encoders, by modality, as far as they are known.
    var encoderHashes: [String: String] { get }

    /// The vectors of items.
    ///
    /// - Parameters:
    ///   - items: catalogue indices, ascending, each once; on any device.
    ///   - training: whether dropout is on and gradients may be needed.
    /// - Returns: [items, width] on the model's device.
    /// - Throws: ``UserError`` when an input can no longer be read.
    func vectors(of items: Tensor, training: Bool) throws -> Tensor

    /// What each part of the tower adds to the item vectors: [items, width] by name; empty for a tower of one part.
    func parts(of items: Tensor) throws -> [(name: String, vectors: Tensor)]

    /// Completes a backward pass where the tower had put off a part of it.
    ///
    /// - Throws: ``UserError`` when an input can no longer be read.
    func finishBackward() throws
}

extension ItemTower {
    /// None, as in towers without live encoders.
    public var frozenCount: Int { 0 }
    /// None, as in towers without encoders.
    public var encoderHashes: [String: String] { [:] }
    /// None, as in towers of one part.
    public func parts(of items: Tensor) throws -> [(name: String, vectors: Tensor)] { [] }
    /// Nothing was put off.
    public func finishBackward() {}
}
