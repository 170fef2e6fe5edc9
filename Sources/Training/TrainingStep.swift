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
/// On an accelerator that all its inputs lie on, the operations are recorded once and then replayed, see ``CapturedStep``.
package final class TrainingStep {
    /// What changes the parameters.
    package let optimizer: any Optimizer
    /// The parameters' moving average; nil where training has none.
    package let average: ParameterAverage?
    private let recommender: Recommender
    private let schedule: RateSchedule
    private let clipNorm: Double?
    private let autocast: ElementType?
    /// What makes the gradients where several processes share the step.
    private let shared: SharedStep?
    /// The step as a device replays it; nil where operations are asked for one by one.
    private let captured: CapturedStep?
    /// Whether a process was told to stop before the last step, which all have made.
    package private(set) var isToStop = false

    /// Makes the step of a training.
    ///
    /// - Parameters:
    ///   - options: settings that were checked.
    ///   - ranks: the processes that share each step; nil for this one alone.
    ///   - steps: how many steps the training has in all, for its schedule.
    package init(_ recommender: Recommender, _ options: TrainingOptions, steps: Int, ranks: Ranks? = nil) {
        self.recommender = recommender
        shared = ranks.map { SharedStep(ranks: $0, recommender: recommender, negatives: options.negatives) }
        optimizer = options.optimizer(of: recommender)
        average = options.average.map { ParameterAverage(of: recommender.parameters.all, decay: $0) }
        schedule = RateSchedule(options.schedule, warmupSteps: options.warmupSteps, steps: steps)
        clipNorm = options.clipNorm
        autocast = options.precision.autocast(on: recommender.device)
        let isCaptured =
            options.capture && ranks == nil && recommender.itemTower.isResident
            && CapturedStep.isWorthwhile(on: recommender.device)
        captured =
            isCaptured ? CapturedStep(recommender, optimizer, average, clipNorm: clipNorm, autocast: autocast) : nil
    }

    /// Makes a step.
    ///
    /// - Parameters:
    ///   - number: its number in the training, from 0.
    ///   - wantsStop: whether this process was told to stop; where several share the step, ``isToStop`` then says so to all.
    /// - Returns: the loss before the step, a scalar on the model's device; the next step may overwrite it.
    /// - Throws: `CancellationError` when a live encoder is told to stop, with the parameters as they were; ``UserError`` when an input can
    ///   no longer be read.
    package func callAsFunction(_ batch: TrainingBatch, number: Int, wantsStop: Bool = false) throws -> Tensor {
        let rateFactor = schedule.factor(step: number)
        if let captured { return try captured(batch, rateFactor: rateFactor, number: number) }
        optimizer.clearGradients()
        let loss = try gradients(batch, wantsStop)
        if let clipNorm { optimizer.clipGradients(to: clipNorm) }
        optimizer.update(rateFactor: rateFactor)
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
