import Datasets
import Modeling
import OrderedCollections
import Processes
import Torch

/// One process's part of a step that several processes share; together they make the step of one.
///
/// Every process computes the vectors of its part of the step's distinct items; all vectors are gathered, so that each row of a process's
/// users is told from the items of all. The gradients of the vectors are added up and go back to whose items they are of, and those of the
/// parameters are added up in one piece. Nothing is averaged: each row's loss is divided by the number of all rows. So sums are those of
/// one process but for their order.
struct SharedStep {
    let ranks: Ranks
    let recommender: Recommender
    let negatives: TrainingOptions.Negatives

    /// What a step left.
    struct Outcome {
        /// The loss over all rows, before the step; a scalar on the model's device.
        let loss: Tensor
        /// Whether a process was told to stop.
        let isToStop: Bool
    }

    /// Adds the gradients of a step to every parameter, the same in every process.
    ///
    /// - Parameters:
    ///   - batch: that of all processes; with local negatives this one's.
    ///   - wantsStop: whether this process was told to stop.
    ///   - autocast: the type of matrix products.
    /// - Throws: `LostProcess` when another does not take part; as a step of one process does.
    func callAsFunction(_ batch: TrainingBatch, wantsStop: Bool, autocast: ElementType?) throws -> Outcome {
        try ranks.countingStep { try made(batch, wantsStop: wantsStop, autocast: autocast) }
    }

    private func made(_ batch: TrainingBatch, wantsStop: Bool, autocast: ElementType?) throws -> Outcome {
        try shareRandomState()
        let loss = try withAutocast(to: autocast, on: recommender.device) {
            switch negatives {
            case .global: try addGradients(ofSharedBatch: batch)
            case .local: try addGradients(ofOwnBatch: batch)
            }
        }
        let sum = try addUp(loss, wantsStop: wantsStop)
        return Outcome(loss: sum.selected(0, 0), isToStop: sum.selected(0, 1).item() > 0)
    }

    /// Lets all draw what rank 0 draws. An encoder that runs over a process's own items draws its own.
    private func shareRandomState() throws {
        let state = RandomState.current()
        try ranks.group.broadcast(state)
        if ranks.isFirst { return }
        RandomState.restore(state)
        guard recommender.drawsInEncoders else { return }
        let draws = Tensor.randomUniform([ranks.size]).floats()
        RandomState.seed(UInt64(draws[ranks.rank].bitPattern))
    }

    /// The part of the loss of all rows that this process's rows make.
    private func addGradients(ofSharedBatch batch: TrainingBatch) throws -> Tensor {
        let device = recommender.device
        let candidates = recommender.objective.candidates(for: batch)
        let count = candidates.items.count
        let length = Ranks.partLength(of: count, size: ranks.size)
        let items = ranks.part(of: count)
        let own: Tensor? =
            items.isEmpty
            ? nil
            : try recommender.itemTower.vectors(
                of: Tensor(Array(candidates.items[items])), training: true, part: ItemPart(before: items.lowerBound, all: count)
            ).to(recommender.parameters.dtype)
        let all = try ranks.group.gathered(padded(own, to: length)).narrowed(0, 0..<count).contiguous()  // [candidates, width]
        all.requiresGradient = true

        let part = BatchPart(ranks.part(of: batch.userCount), of: batch, candidates)
        var loss = Tensor(Float(0), on: device)
        if !part.positions.isEmpty {
            let sum = recommender.rowLosses(of: part, vectors: all).sum() / Tensor(Float(batch.rowCount), on: device)
            sum.backward()
            loss = sum.detached()
        }
        let gradient = try ranks.group.scatteredSum(padded(all.gradient, to: ranks.size * length))  // [length, width]
        if let own {
            (own * gradient.narrowed(0, 0..<items.count)).sum().backward()
            try recommender.itemTower.finishBackward()
        }
        return loss
    }

    /// This process's mean over its own rows, as one of so many.
    private func addGradients(ofOwnBatch batch: TrainingBatch) throws -> Tensor {
        guard batch.rowCount > 0 else { return Tensor(Float(0), on: recommender.device) }
        let loss = try recommender.loss(batch) / Tensor(Float(ranks.size), on: recommender.device)
        try recommender.backward(loss)
        return loss.detached()
    }

    /// Rows with zeros after them, without their graph.
    private func padded(_ rows: Tensor?, to length: Int) -> Tensor {
        withoutGradients {
            let rows =
                rows?.detached()
                ?? .zeros([0, recommender.itemTower.width], dtype: recommender.parameters.dtype, on: recommender.device)
            let missing = length - rows.size(0)
            return missing == 0
                ? rows : .concatenated([rows, .zeros([missing, rows.size(1)], dtype: rows.dtype, on: rows.device)], along: 0)
        }
    }

    /// Adds up the gradients of all processes, in one piece with the loss and the wish to stop [2].
    private func addUp(_ loss: Tensor, wantsStop: Bool) throws -> Tensor {
        let device = recommender.device
        let parameters = Array(recommender.parameters.all.values)
        // A parameter that no process has a gradient of stays without: an update by zeros is not the same.
        let present = parameters.map { $0.gradient == nil ? Float(0) : 1 }
        let sum = try withoutGradients {
            try ranks.group.sum(
                .concatenated(
                    [loss.reshaped([1]), Tensor([wantsStop ? Float(1) : 0], on: device), Tensor(present, on: device)]
                        + parameters.map { ($0.gradient ?? .zeros($0.shape, on: device)).reshaped([-1]) }, along: 0
                ).to(recommender.parameters.dtype))
        }
        let found = sum.narrowed(0, 2..<2 + parameters.count).to(.cpu).floats()
        var start = 2 + parameters.count
        for (parameter, count) in zip(parameters, found) {
            let end = start + parameter.count
            let whole = sum.narrowed(0, start..<end).reshaped(parameter.shape)
            if let own = parameter.gradient {
                own.copy(from: whole)
            } else if count > 0 {
                (parameter * whole).sum().backward()
            }
            start = end
        }
        return sum.narrowed(0, 0..<2)
    }
}
