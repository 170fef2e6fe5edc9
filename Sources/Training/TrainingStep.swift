package import Datasets
package import Modeling
package import Processes
package import Torch

/// One step of training over a batch: forward, loss, backward, clipping, update, average.
///
/// It keeps nothing between steps but the optimiser's state and the average, and is given its number: the same number over the same
/// parameters and random state makes the same step. Dropout is drawn from the process's random state, which has to be seeded before
/// (`RandomState.seed`).
///
/// It is made for batches up to a shape, so that a captured graph of a device's operations could replay it on buffers of that shape.
/// Until then the batch's arrays are copied to the device within the step, and the rates are arguments of the update.
package final class TrainingStep {
    /// What changes the parameters.
    package let optimizer: any Optimizer
    /// The parameters' moving average; nil where training has none.
    package let average: ParameterAverage?
    /// The largest batches that it takes.
    package let shape: BatchShape
    private let recommender: Recommender
    private let schedule: RateSchedule
    private let clipNorm: Double?
    private let autocast: ElementType?
    /// What makes the gradients where several processes share the step.
    private let shared: SharedStep?
    /// Whether a process was told to stop before the last step, which all have made.
    package private(set) var isToStop = false

    /// Makes the step of a training.
    ///
    /// - Parameters:
    ///   - options: settings that were checked.
    ///   - ranks: the processes that share each step; nil for this one alone.
    ///   - shape: the largest batches.
    ///   - steps: how many steps the training has in all, for its schedule.
    package init(_ recommender: Recommender, _ options: TrainingOptions, shape: BatchShape, steps: Int, ranks: Ranks? = nil) {
        self.recommender = recommender
        shared = ranks.map { SharedStep(ranks: $0, recommender: recommender, negatives: options.negatives) }
        self.shape = shape
        optimizer = options.optimizer(of: recommender)
        average = options.average.map { ParameterAverage(of: recommender.parameters.all, decay: $0) }
        schedule = RateSchedule(options.schedule, warmupSteps: options.warmupSteps, steps: steps)
        clipNorm = options.clipNorm
        autocast = options.precision.autocast(on: recommender.device)
    }

    /// Makes a step.
    ///
    /// - Parameters:
    ///   - number: its number in the training, from 0.
    ///   - wantsStop: whether this process was told to stop; where several share the step, ``isToStop`` then says so to all.
    /// - Returns: the loss before the step, a scalar on the model's device.
    /// - Throws: `CancellationError` when a live encoder is told to stop, with the parameters as they were; ``UserError`` when an input can
    ///   no longer be read.
    package func callAsFunction(_ batch: TrainingBatch, number: Int, wantsStop: Bool = false) throws -> Tensor {
        precondition(shape.holds(BatchShape(of: batch)), "a batch of \(BatchShape(of: batch)) in a step for \(shape)")
        optimizer.clearGradients()
        let loss = try gradients(batch, wantsStop)
        if let clipNorm { optimizer.clipGradients(to: clipNorm) }
        optimizer.update(rateFactor: schedule.factor(step: number))
        average?.update(step: number)
        return loss.detached()
    }

    /// Adds the gradients to every parameter, and gives the loss.
    private func gradients(_ batch: TrainingBatch, _ wantsStop: Bool) throws -> Tensor {
        if let shared {
            let outcome = try shared(batch, wantsStop: wantsStop, autocast: autocast)
            isToStop = outcome.isToStop
            return outcome.loss
        }
        let loss = try withAutocast(to: autocast, on: recommender.device) { try recommender.loss(batch) }
        try recommender.backward(loss)
        return loss
    }
}

extension TrainingOptions {
    /// The optimiser of a model's parameters.
    func optimizer(of recommender: Recommender) -> any Optimizer {
        let decay: WeightDecay =
            switch optimizer {
            case .adam: .all(weightDecay)
            case .adamw: .matrices(weightDecay)
            }
        let groups = recommender.groups(heads: rate, sideBlocks: sideBlockRate, encoders: encoderRate, decay: decay)
        return optimizer == .adam && weightDecay == 0 ? Adam(groups) : AdamW(groups)
    }
}

/// How large a batch is, or can be.
package struct BatchShape: Sendable, Equatable {
    /// Users.
    package var users: Int
    /// Rows, of which each has a loss.
    package var rows: Int
    /// Distinct items.
    package var items: Int
    /// Pairs of a user and an item of the user's own sequence.
    package var ownPairs: Int

    /// The shape of a batch.
    package init(of batch: TrainingBatch) {
        (users, rows, items, ownPairs) = (batch.userCount, batch.rowCount, batch.items.count, batch.ownItems.count)
    }

    /// What no batch of a sampler exceeds.
    package init(largestOf sampler: BatchSampler) {
        // A user who is left over joins the batch before.
        users = min(sampler.batchSize + 1, sampler.split.trainingUsers.count)
        rows = users * sampler.split.options.inputLength
        ownPairs = rows + users
        items = min(ownPairs + sampler.drawnCount, sampler.split.itemCount)
    }

    /// Whether a batch of another shape fits.
    package func holds(_ other: BatchShape) -> Bool {
        other.users <= users && other.rows <= rows && other.items <= items && other.ownPairs <= ownPairs
    }
}
