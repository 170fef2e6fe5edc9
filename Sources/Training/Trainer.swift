public import Datasets
public import Files
import Foundation
public import Modeling
import OrderedCollections
package import Processes
import Torch

/// The training loop: steps, validation after every epoch, checkpoints, early stop, exact resumption.
///
/// A run that was stopped, at whatever step, continues to the same numbers as one that was not. Several processes can share it: the first
/// of them reads and writes the run, and all make the same steps.
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
    private let ranks: Ranks?
    private let negatives: TrainingOptions.Negatives
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
    public convenience init(
        _ recommender: Recommender, _ sampler: BatchSampler, _ options: TrainingOptions, _ run: RunDirectory,
        floor: Double? = nil, validate: @escaping (Recommender) throws -> Validation
    ) throws {
        try self.init(recommender, sampler, options, run, floor: floor, among: nil, validate: validate)
    }

    /// Prepares a training that several processes share.
    ///
    /// - Parameter ranks: the processes; nil for this one alone.
    package init(
        _ recommender: Recommender, _ sampler: BatchSampler, _ options: TrainingOptions, _ run: RunDirectory,
        floor: Double? = nil, among ranks: Ranks?, validate: @escaping (Recommender) throws -> Validation
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
        self.ranks = ranks
        negatives = options.negatives
        step = TrainingStep(recommender, options, steps: options.epochs * sampler.stepCount, ranks: ranks)
        if writes { try takeUp() }
        try shareStart()
    }

    /// Whether this process reads and writes the run.
    private var writes: Bool { ranks?.isFirst ?? true }

    /// Continues from the last checkpoint, where there is one.
    private func takeUp() throws {
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
        if writes { try Folder.make(run.folder) }
        if writes, scalars == nil { scalars = try EventFile(run.tensorBoard, keepingStepsBelow: state.epoch + 1) }
        while !state.isFinished {
            do {
                try runEpoch(onProgress, stop)
                let event = try finishEpoch()
                onEvent?(event)
            } catch let told as CancellationError {
                if writes { try write(to: run.last) }
                throw told
            }
        }
    }

    /// Lets all processes start where the first one does.
    private func shareStart() throws {
        guard let ranks else { return }
        struct Start: Codable {
            var state: TrainingState
            var isToBeMeasured: Bool
        }
        let start = try JSONFile.decoder.decode(
            Start.self,
            from: ranks.shared(JSONFile.encoder().encode(Start(state: state, isToBeMeasured: isToBeMeasured))))
        (state, isToBeMeasured) = (start.state, start.isToBeMeasured)
        let parameters = recommender.parameters
        let tensors =
            Array(parameters.all.values) + parameters.constants.values + step.optimizer.state.values
            + (step.average.map { Array($0.values.values) } ?? [])
        try withTensorErrors { try ranks.share(tensors) }
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
            if ranks == nil { try stop.check() }
            let batch = batch(epoch: number / sampler.stepCount, step: number % sampler.stepCount)
            let duration = try clock.measure {
                try withTensorErrors {
                    losses.add(try step(batch, number: number, wantsStop: stop.isRequested))
                    _ = losses.item()  // waits for the device
                }
            }
            if step.isToStop { throw CancellationError() }
            if number > 0 { seconds.append(duration / .seconds(1)) }
            onProgress?(WorkProgress("measuring", done: number, total: steps, unit: "steps"))
        }
        return seconds
    }

    /// Lets a fresh model measure what its states are scaled by.
    private func measureStates(_ onProgress: WorkProgress.Handler?, _ stop: StopToken) throws {
        guard isToBeMeasured else { return }
        // Several processes stop together, after a step.
        let stop = ranks == nil ? stop : StopToken()
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
            // Several processes stop together, after a step that one of them said so in.
            if ranks == nil ? stop.isRequested : step.isToStop {
                account()
                throw CancellationError()
            }
            // A live encoder may stop in the middle of a step, which is then done again as if it had not begun.
            let random = SavedRandomState(of: recommender.device)
            do {
                try withTensorErrors {
                    let batch = batch(epoch: state.epoch, step: state.step)
                    losses.add(
                        try step(batch, number: state.epoch * steps + state.step, wantsStop: stop.isRequested))
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

    /// The batch of a step, or this process's part of it where its negatives are its own.
    private func batch(epoch: Int, step: Int) -> TrainingBatch {
        guard let ranks, negatives == .local else { return sampler.batch(epoch: epoch, step: step) }
        return sampler.batch(epoch: epoch, step: step, part: ranks.part)
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
        try ranks?.checkEqual(Array(recommender.parameters.all.values))
        events.append(event)
        if isBest { state.best = .init(epoch: event.epoch, validation: validation) }
        let isSettled =
            (state.epoch + 1) * sampler.stepCount > options.settlingSteps
            && (floor.map { floor in state.best.map { $0.validation.score > floor } ?? false } ?? true)
        state.evaluationsWithoutBetter = isBest || !isSettled ? 0 : state.evaluationsWithoutBetter + 1
        state.epoch += 1
        (state.step, state.lossSum, state.epochSeconds) = (0, 0, 0)
        state.events += 1
        state.isFinished = state.epoch >= options.epochs || state.evaluationsWithoutBetter > options.patience
        guard writes else { return event }
        try run.write(events: events)
        try scalars?.write(step: event.epoch, values: event.scalars)
        if isBest { try write(to: run.best) }
        try write(to: run.last)
        return event
    }
}
