import Metrics

/// What happened after an epoch: one line of `events.jsonl`.
public struct TrainingEvent: Sendable, Codable, Equatable {
    /// The epoch, from 1.
    public var epoch: Int
    /// The mean loss of its steps.
    public var loss: Double
    /// What its validation found.
    public var validation: Validation
    /// Whether that is better than all before.
    public var isBest: Bool
    /// Seconds of its training steps.
    public var seconds: Double
    /// Seconds of its validation.
    public var validationSeconds: Double
    /// The peak of memory so far, in bytes: resident on the processor, allocated on an accelerator.
    public var peakMemory: Int

    /// The numbers by name, as TensorBoard shows them.
    var scalars: [(tag: String, value: Float)] {
        [("training/loss", Float(loss))]
            + validation.metrics.entries.map { ("validation/\($0.metric.name)", Float($0.value.value)) }
            + [("cost/seconds", Float(seconds)), ("cost/memory in MB", Float(peakMemory) / 1e6)]
    }
}
