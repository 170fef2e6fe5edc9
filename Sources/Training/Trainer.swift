public import Datasets
public import Files
import Foundation
public import Modeling
import Torch

/// The training loop: steps, validation after every epoch, checkpoints, early stop, exact resumption.
///
/// A run that was stopped, at whatever step, continues to the same numbers as one that was not.
///
/// It seeds nothing and sets no number of threads. What decides its numbers is the caller's: the process's random state, seeded before
/// the recommender is made (`RandomState.seed`), from which fresh parameters and dropout are drawn; the seed of the `BatchSampler`, for
/// the order of users; and, for sums to the last digit, `LibTorch.threads`. Continuing from a checkpoint puts the random state of that
/// moment back, for the whole process.
public final class Trainer {
    private let recommender: Recommender
    private let sampler: BatchSampler
    private let options: TrainingOptions
    private let run: RunDirectory
    private let validate: (Recommender) throws -> Validation
    private let floor: Double?
    private let step: TrainingStep
    private var state = TrainingState()
    private var events: [TrainingEvent] = []
    private var scalars: EventFile?
    /// Whether the model still lacks what its states are scaled by, which a checkpoint would have had.
    private var isToBeMeasured = true

    /// Prepares a training, or takes up one that was stopped.
    ///
    /// - Parameters:
    ///   - recommender: with fresh parameters.
    ///   - run: where events and checkpoints go; one with a `last` checkpoint continues from it.
    ///   - floor: what the best validation's score has to exceed before patience counts; nil where it counts from the end of the warm-up.
    ///   - validate: ranks the validation targets.
    /// - Throws: ``UserError`` for settings that make no sense and for a checkpoint of another model.
    public init(
        _ recommender: Recommender, _ sampler: BatchSampler, _ options: TrainingOptions, _ run: RunDirectory,
        floor: Double? = nil, validate: @escaping (Recommender) throws -> Validation
    ) throws {
        try options.check()
        guard sampler.split.trainingUsers.count >= 2 else {
            throw UserError(
                "there are \(sampler.split.trainingUsers.count) users to train on, at least 2 are needed",
                remedy: "Give more users, or lower data.split.minimum_items.")
        }
        self.recommender = recommender
        self.sampler = sampler
        self.options = options
        self.run = run
        self.floor = floor
        self.validate = validate
        step = TrainingStep(
            recommender, options, shape: BatchShape(largestOf: sampler), steps: options.epochs * sampler.stepCount)
        try run.last.prepare()
        try run.best.prepare()
        if run.last.exists {
            // Looked at before anything of the checkpoint is taken, so that a damaged checkpoint changes nothing.
            try run.last.state().check(steps: sampler.stepCount, at: run.last.folder.path)
            state = try run.last.resume(recommender, step.optimizer, average: step.average)
            isToBeMeasured = false
            if state.events > 0 { events = Array(try run.readEvents().prefix(state.events)) }
            guard events.count == state.events else {
                throw UserError(
                    "has \(events.count) events, the checkpoint \(state.events)", at: run.events.path,
                    remedy: "Remove the run's folder and train again.")
            }
        }
    }

    /// How far training has come.
    package var progress: TrainingState { state }

    /// Trains to the end: until all epochs are done, or there was no better validation for too long.
    ///
    /// - Parameters:
    ///   - onProgress: called after each step.
    ///   - onEvent: called after each epoch, once its checkpoint is written.
    ///   - stop: looked at before each step and by the validation; a checkpoint is then written, from which the same call continues.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the loss is no longer a number, a device runs out of memory or the disk fails.
    public func train(
        onProgress: WorkProgress.Handler? = nil, onEvent: ((TrainingEvent) -> Void)? = nil,
        stop: StopToken = StopToken()
    ) throws {
        try measureStates(onProgress, stop)
        try Folder.make(run.folder)
        if scalars == nil { scalars = try EventFile(run.tensorBoard, keepingStepsBelow: state.epoch + 1) }
        while !state.isFinished {
            do {
                try runEpoch(onProgress, stop)
                let event = try finishEpoch()
                onEvent?(event)
            } catch let told as CancellationError {
                try write(to: run.last)
                throw told
            }
        }
    }

    /// Times some steps, after one that is not timed; nothing is written.
    ///
    /// - Returns: the seconds of each, in order.
    /// - Throws: ``UserError`` when a device runs out of memory; `CancellationError` when told to stop.
    package func measure(
        steps: Int, onProgress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> [Double] {
        try measureStates(onProgress, stop)
        let losses = Tensor(0.0).to(recommender.device.longestFloat).to(recommender.device)
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for number in 0...steps {
            try stop.check()
            let batch = sampler.batch(epoch: number / sampler.stepCount, step: number % sampler.stepCount)
            let duration = try clock.measure {
                try withTensorErrors {
                    losses.add(try step(batch, number: number))
                    _ = losses.item()  // waits for the device
                }
            }
            if number > 0 { seconds.append(duration / .seconds(1)) }
            onProgress?(WorkProgress("measuring", done: number, total: steps, unit: "steps"))
        }
        return seconds
    }

    /// Lets a fresh model measure what its states are scaled by.
    private func measureStates(_ onProgress: WorkProgress.Handler?, _ stop: StopToken) throws {
        guard isToBeMeasured else { return }
        try withTensorErrors {
            try recommender.itemTower.measureStates(itemCount: sampler.split.itemCount, progress: onProgress, stop: stop)
        }
        isToBeMeasured = false
    }

    /// Runs the steps of an epoch that are left.
    private func runEpoch(_ onProgress: WorkProgress.Handler?, _ stop: StopToken) throws {
        let steps = sampler.stepCount
        // Added up on the device, because reading a number from it waits for all work before; it takes up the sum where the
        // checkpoint left it, so that a stopped epoch has the same sum to the last digit.
        let losses = Tensor(state.lossSum).to(recommender.device.longestFloat).to(recommender.device)
        let start = Date()
        func account() {
            state.lossSum = losses.item()
            state.epochSeconds += Date().timeIntervalSince(start)
        }
        while state.step < steps {
            if stop.isRequested {
                account()
                throw CancellationError()
            }
            // A live encoder may stop in the middle of a step, which is then done again as if it had not begun.
            let random = SavedRandomState(of: recommender.device)
            do {
                try withTensorErrors {
                    let batch = sampler.batch(epoch: state.epoch, step: state.step)
                    losses.add(try step(batch, number: state.epoch * steps + state.step))
                }
            } catch let told as CancellationError {
                random.restore()
                account()
                throw told
            }
            state.step += 1
            onProgress?(WorkProgress("epoch \(state.epoch + 1)", done: state.step, total: steps, unit: "steps"))
        }
        account()
    }

    private func write(to checkpoint: Checkpoint) throws {
        try checkpoint.write(recommender, step.optimizer, average: step.average, state)
    }

    /// Validates, writes event and checkpoints, and decides whether to continue.
    private func finishEpoch() throws -> TrainingEvent {
        let loss = state.lossSum / Double(sampler.stepCount)
        guard loss.isFinite else {
            let kept = state.best.map { "The best epoch so far, \($0.epoch), is kept and can be evaluated" }
            throw UserError(
                "the loss of epoch \(state.epoch + 1) is not a number: training has diverged", at: run.folder.path,
                remedy: "\(kept ?? "No epoch was finished, so there is no checkpoint"). Train again with a lower train.rate"
                    + (options.precision == .float32 ? "." : ", or with train.precision: float32."))
        }
        let start = Date()
        let validation = try step.average?.exchanged { try validate(recommender) } ?? validate(recommender)
        let isBest = state.best.map { validation.score > $0.validation.score } ?? true
        let event = TrainingEvent(
            epoch: state.epoch + 1, loss: loss, validation: validation, isBest: isBest, seconds: state.epochSeconds,
            validationSeconds: Date().timeIntervalSince(start), peakMemory: MemoryUse.of(recommender.device).peak)
        events.append(event)
        if isBest { state.best = .init(epoch: event.epoch, validation: validation) }
        let isSettled =
            (state.epoch + 1) * sampler.stepCount > options.settlingSteps
            && (floor.map { floor in state.best.map { $0.validation.score > floor } ?? false } ?? true)
        state.evaluationsWithoutBetter = isBest || !isSettled ? 0 : state.evaluationsWithoutBetter + 1
        state.epoch += 1
        (state.step, state.lossSum, state.epochSeconds) = (0, 0, 0)
        state.events = events.count
        state.isFinished = state.epoch >= options.epochs || state.evaluationsWithoutBetter > options.patience
        try run.write(events: events)
        try scalars?.write(step: event.epoch, values: event.scalars)
        if isBest { try write(to: run.best) }
        try write(to: run.last)
        return event
    }
}
