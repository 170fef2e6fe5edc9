/// How far a training has come: with the tensors of a checkpoint, all that is needed to go on exactly.
public struct TrainingState: Sendable, Codable, Equatable {
    /// The best validation so far.
    public struct Best: Sendable, Codable, Equatable {
        /// Its epoch, from 1.
        public var epoch: Int
        /// What was found.
        public var validation: Validation
    }

    /// The version of the form that this program writes and reads.
    public static let currentVersion = 1

    /// The version of this form.
    public var formatVersion = TrainingState.currentVersion
    /// The epoch that goes on, from 0; epochs below it are done.
    public var epoch = 0
    /// The step of that epoch that comes next, from 0.
    public var step = 0
    /// The sum of the losses of that epoch's steps so far.
    public var lossSum = 0.0
    /// Seconds spent in that epoch's steps so far.
    public var epochSeconds = 0.0
    /// The best validation so far; nil before the first.
    public var best: Best?
    /// Evaluations since the best one.
    public var evaluationsWithoutBetter = 0
    /// How many events were written.
    public var events = 0
    /// Whether training has ended: all epochs done, or stopped early.
    public var isFinished = false

    /// The start.
    public init() {}
}

/// What a validation found.
public struct Validation: Sendable, Codable, Equatable {
    /// HR@10, 0 to 1; decides which epoch is best.
    public var hitRate: Double
    /// NDCG@10, 0 to 1.
    public var ndcg: Double

    /// Makes a result.
    public init(hitRate: Double, ndcg: Double) {
        self.hitRate = hitRate
        self.ndcg = ndcg
    }
}
