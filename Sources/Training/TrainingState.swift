import Files

/// How far a training has come: with the tensors of a checkpoint, all that is needed to continue exactly.
package struct TrainingState: Sendable, Codable, Equatable {
    /// The best validation so far.
    package struct Best: Sendable, Codable, Equatable {
        /// Its epoch, from 1.
        package var epoch: Int
        /// What was found.
        package var validation: Validation
    }

    /// The version of the form that this program writes and reads.
    package static let currentVersion = 1

    /// The version of this form.
    package var formatVersion = TrainingState.currentVersion
    /// The epoch that is being trained, from 0; epochs below it are done.
    package var epoch = 0
    /// The step of that epoch that comes next, from 0.
    package var step = 0
    /// The sum of the losses of that epoch's steps so far.
    package var lossSum = 0.0
    /// Seconds spent in that epoch's steps so far.
    package var epochSeconds = 0.0
    /// The best validation so far; nil before the first.
    package var best: Best?
    /// Evaluations since the best one.
    package var evaluationsWithoutBetter = 0
    /// How many events were written.
    package var events = 0
    /// Whether training has ended: all epochs done, or stopped early.
    package var isFinished = false

    /// The start.
    package init() {}

    /// Refuses a state that no training can have reached.
    ///
    /// - Parameters:
    ///   - steps: how many an epoch has.
    ///   - place: the checkpoint, for the message.
    /// - Throws: ``UserError``.
    func check(steps: Int, at place: String) throws {
        let epochs = 0...TrainingOptions.most
        let isPossible =
            epochs.contains(epoch) && (0...steps).contains(step) && epochs.contains(events)
            && epochs.contains(evaluationsWithoutBetter) && lossSum.isFinite && epochSeconds.isFinite && epochSeconds >= 0
            && (best.map { (1...max(1, epoch)).contains($0.epoch) } ?? true)
        guard isPossible else {
            throw UserError(
                "says epoch \(epoch), step \(step) of \(steps), \(events) events, which no training can have reached",
                at: place,
                remedy: "The checkpoint is damaged, or of another dataset: remove the run's folder and train again.")
        }
    }
}
