import Datasets
import Torch

/// What is trained: an item tower, a user encoder and the loss that ties them.
public final class Recommender {
    /// From items to vectors.
    public let itemTower: any ItemTower
    /// From the vectors of a history to a user's vector.
    public let userEncoder: UserEncoder
    /// All trained tensors by name.
    public let parameters: Parameters

    /// Joins a tower and an encoder that were made from `parameters`.
    public init(_ parameters: Parameters, itemTower: any ItemTower, userEncoder: UserEncoder) {
        self.parameters = parameters
        self.itemTower = itemTower
        self.userEncoder = userEncoder
    }

    /// How many numbers training changes.
    public var trainableCount: Int { parameters.count }
    /// How many numbers a step computes with: those and the frozen ones of live encoders.
    public var totalCount: Int { parameters.count + itemTower.frozenCount }

    /// Where the model computes.
    public var device: Device { parameters.device }

    /// The vectors of users after the newest item of their histories.
    ///
    /// - Parameter itemVectors: the vectors of the whole catalogue [items, width].
    /// - Returns: [cases, width], in the batch's order of cases; zeros for a case without any input.
    public func userVectors(_ batch: EvaluationBatch, itemVectors: Tensor) -> Tensor {
        let rows = userEncoder.rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
        let outputs = userEncoder(itemVectors.selecting(Tensor(batch.inputs, on: device)), rows)
        let newest = batch.positions.indices.filter { batch.positions[$0] == Int64(userEncoder.positions - 1) }
        let users = Tensor(newest.map { batch.users[$0] }, on: device)
        let vectors = Tensor.zeros([batch.userCount, itemVectors.size(1)], on: device)
        return vectors.replacing(users, with: outputs.selecting(Tensor(newest.map(Int64.init), on: device)))
    }
}
