package import Files
package import Torch

/// What turns catalogue items into vectors that can be compared with users.
package protocol ItemTower: AnyObject {
    /// Numbers in an item vector.
    var width: Int { get }

    /// How many numbers of live encoders are computed with and never change.
    var frozenCount: Int { get }

    /// The hashes of the encoders, by modality, as far as they are known.
    var encoderHashes: PerModality<String> { get }

    /// Whether all that vectors are computed from lies where the model computes, so that nothing is brought there meanwhile.
    var isResident: Bool { get }

    /// The vectors of items.
    ///
    /// - Parameters:
    ///   - items: catalogue indices, ascending, each once; on any device.
    ///   - training: whether dropout is on and gradients may be needed.
    ///   - part: where the items stand among those of a step that several processes share; nil for all of them.
    /// - Returns: [items, width] on the model's device.
    /// - Throws: ``UserError`` when an input can no longer be read.
    func vectors(of items: Tensor, training: Bool, part: ItemPart?) throws -> Tensor

    /// What each part of the tower adds to the item vectors: [items, width] by name; empty for a tower of one part.
    func parts(of items: Tensor) throws -> [(name: String, vectors: Tensor)]

    /// Measures what standardised states are scaled by, over all items of the catalogue; a model needs it once, before its first step.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when an input can no longer be read.
    func measureStates(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) throws

    /// Completes a backward pass where the tower had postponed a part of it.
    ///
    /// - Throws: ``UserError`` when an input can no longer be read.
    func finishBackward() throws
}

/// Where some items stand among all items of a step: what is drawn for an item then does not depend on who computes it.
package struct ItemPart: Sendable, Equatable {
    /// Items of the step before these.
    package var before: Int
    /// All items of the step.
    package var all: Int

    /// Names a part.
    package init(before: Int, all: Int) { (self.before, self.all) = (before, all) }
}

extension ItemTower {
    /// The vectors of items, all of their step.
    package func vectors(of items: Tensor, training: Bool) throws -> Tensor {
        try vectors(of: items, training: training, part: nil)
    }
    /// None, as in towers without live encoders.
    package var frozenCount: Int { 0 }
    /// None, as in towers without encoders.
    package var encoderHashes: PerModality<String> { [:] }
    /// None, as in towers of one part.
    package func parts(of items: Tensor) throws -> [(name: String, vectors: Tensor)] { [] }
    /// Nothing, as in towers that scale no states.
    package func measureStates(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) {}
    /// Nothing was postponed.
    package func finishBackward() {}
}

/// One trained vector per item of the catalogue: SASRec on item ids, the baseline without content.
package final class IdentityTower: ItemTower {
    private let embedding: Embedding

    /// Numbers in an item vector.
    package let width: Int
    /// Nothing is read but parameters.
    package let isResident = true

    /// Asks for `embedding.weight` [items, width].
    ///
    /// - Throws: `UserError` as `Parameters` does.
    package init(_ parameters: Parameters, itemCount: Int, width: Int) throws {
        embedding = try Embedding(parameters.scoped("embedding"), itemCount, width, .xavierNormal)
        self.width = width
    }

    /// The vectors of items: [items, width].
    package func vectors(of items: Tensor, training: Bool, part: ItemPart?) -> Tensor {
        embedding(items.to(embedding.weight.device))
    }
}

/// The item tower of the methods without side networks: a linear map of each modality's last state, and a trained vector where wanted.
///
/// Item vector = Linear([image, text, ..., id]) over the parts that exist, with image = Linear(last image state), the other modalities
/// likewise, and id an embedding. Full fine-tuning, Adapter, LoRA and BitFit have it over live encoders, `frozen` and `id+modality` over hidden states.
package final class LastStateTower: FusedTower {
    /// Numbers in an item vector.
    package let width: Int
    private let states: ItemStates
    /// The maps of the last states, in the order of the fusion's columns.
    private let maps: [(modality: Modality, map: Linear)]
    private let identity: Identity
    let fusion: Linear

    /// Whether items have a vector of their own beside their modalities.
    package enum Identities {
        /// None.
        case none
        /// One that is trained for each of so many.
        case trained(count: Int)
        /// Zeros, in place of those that were trained for other items.
        case zero
    }

    private enum Identity {
        case none, zero
        case trained(Embedding)
    }

    /// Asks for the heads, the embedding and the fusion.
    ///
    /// - Parameters:
    ///   - sources: where the modalities' states come from.
    ///   - identities: whether items have vectors of their own.
    /// - Throws: `UserError` for settings that cannot be built, and as `Parameters` does.
    package init(
        _ parameters: Parameters, _ sources: PerModality<any StateSource>, _ identities: Identities = .none,
        states scaling: StateScaling = .raw, modalityDropout: Double = 0, width: Int
    ) throws {
        states = try ItemStates(parameters, sources, scaling: scaling, dropout: modalityDropout)
        maps = try sources.inFusionOrder.map { modality, source in
            (modality, try Linear(parameters.scoped("\(modality.name).head"), source.shape.width, width))
        }
        var parts = maps.count + 1
        switch identities {
        case .none: (identity, parts) = (.none, maps.count)
        case .zero: identity = .zero
        case .trained(let count): identity = .trained(try Embedding(parameters.scoped("id"), count, width, .xavierNormal))
        }
        fusion = try Linear(parameters.scoped("fusion"), parts * width, width)
        self.width = width
    }

    /// How many numbers of live encoders are computed with and never change.
    package var frozenCount: Int { states.frozenCount }
    /// The hashes of the encoders, by modality, as far as they are known.
    package var encoderHashes: PerModality<String> { states.hashes }
    /// Whether all states are.
    package var isResident: Bool { states.isResident }

    func heads(of items: Tensor, training: Bool, part: ItemPart?) throws -> [(name: String, output: Tensor)] {
        let rows = try states.rows(of: items, training: training, part: part)
        var heads = maps.compactMap { modality, map in rows[modality].map { (name: modality.name, output: map($0.last)) } }
        switch identity {
        case .none: break
        case .zero: heads.append(("id", .zeros([items.size(0), width], on: fusion.weight.device)))
        case .trained(let table): heads.append(("id", table(items.to(table.weight.device))))
        }
        return heads
    }

    /// Measures what standardised states are scaled by.
    package func measureStates(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) throws {
        try states.measure(itemCount: itemCount, progress: progress, stop: stop)
    }

    /// Completes a backward pass.
    package func finishBackward() throws { try states.finishBackward() }
}

/// An item tower of several parts: item vector = Linear(the parts' heads, side by side).
protocol FusedTower: ItemTower {
    /// The linear map of all heads [width, parts · width].
    var fusion: Linear { get }
    /// The heads' outputs [items, width] by part, in the order of the fusion's columns.
    func heads(of items: Tensor, training: Bool, part: ItemPart?) throws -> [(name: String, output: Tensor)]
}

extension FusedTower {
    /// The vectors of items: [items, width].
    package func vectors(of items: Tensor, training: Bool, part: ItemPart?) throws -> Tensor {
        fusion(.concatenated(try heads(of: items, training: training, part: part).map(\.output), along: 1))
    }

    /// What each part adds to the item vectors: [items, width] by name; with the fusion's bias they add up to the vectors.
    package func parts(of items: Tensor) throws -> [(name: String, vectors: Tensor)] {
        try heads(of: items, training: false, part: nil).enumerated().map { index, head in
            let columns = fusion.weight.narrowed(1, (index * width)..<((index + 1) * width))
            return (head.name, head.output.linear(columns))
        }
    }
}
