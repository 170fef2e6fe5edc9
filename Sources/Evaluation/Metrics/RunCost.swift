/// What training a run takes: `cost.json`, and part of `result.json`.
public struct RunCost: Sendable, Codable, Equatable {
    /// Seconds of training steps per epoch: the median over epochs, or the median step times the steps of an epoch where
    /// ``isExtrapolated``.
    public var secondsPerEpoch: Double
    /// Steps of an epoch.
    public var stepsPerEpoch: Int
    /// Epochs that were trained; 0 where ``isExtrapolated``.
    public var epochs: Int
    /// Whether only some steps were timed.
    public var isExtrapolated = false
    /// How many steps were timed, where ``isExtrapolated``.
    public var measuredSteps: Int?
    /// Numbers that training changes.
    public var trainableParameters: Int
    /// Numbers that a step computes with: trained ones and those of live encoders.
    public var totalParameters: Int
    /// The most memory that training held, in bytes: resident on the processor, allocated on an accelerator.
    public var peakMemory: Int
    /// Bytes of the hidden-state stores that are read; 0 for live encoders.
    public var storeBytes: Int
    /// Seconds that making those stores took, once for all runs; nil where that is not known.
    public var encodingSeconds: Double?

    /// Seconds of a step: the epoch's divided by its steps.
    public var secondsPerStep: Double { secondsPerEpoch / Double(max(1, stepsPerEpoch)) }

    /// Makes a cost.
    public init(
        secondsPerEpoch: Double, stepsPerEpoch: Int, epochs: Int, trainableParameters: Int, totalParameters: Int,
        peakMemory: Int, storeBytes: Int, encodingSeconds: Double? = nil
    ) {
        self.secondsPerEpoch = secondsPerEpoch
        self.stepsPerEpoch = stepsPerEpoch
        self.epochs = epochs
        self.trainableParameters = trainableParameters
        self.totalParameters = totalParameters
        self.peakMemory = peakMemory
        self.storeBytes = storeBytes
        self.encodingSeconds = encodingSeconds
    }
}
