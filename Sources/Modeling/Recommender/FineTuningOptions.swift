package import Files
public import Torch

/// How live encoders are fine-tuned.
public struct FineTuningOptions: Sendable, Codable, Equatable {
    /// r of the adapters: the width between their two maps; 64 in the papers.
    public var adapterWidth = 64
    /// s of the adapters: `relu` or `gelu`.
    public var adapterActivation = Activation.relu
    /// r of LoRA: the rank of what is added to the query and value maps.
    public var rank = 8
    /// α of LoRA: the addition's factor is α / r.
    public var alpha = 16.0
    /// Whether encoders have the dropout that their configuration names while training.
    public var dropout = true
    /// Whether the encoders' intermediate results are computed again instead of kept: a third more time, a fraction of the memory.
    public var checkpointing = false
    /// Token states in one pass of an encoder: bounds the memory of a pass where results are not kept.
    public var passTokens = 8192

    /// The papers' settings.
    public init() {}

    /// Checks that a model of these settings can be built.
    ///
    /// - Throws: ``UserError`` that names the setting.
    package func check() throws { try problems().check() }

    /// All settings that cannot be built, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        problems.require(
            (1...1 << 16).contains(adapterWidth), "is \(adapterWidth), expected 1 to \(1 << 16)", at: "adapter_width")
        problems.require(
            adapterActivation == .relu || adapterActivation == .gelu, "is \(adapterActivation.rawValue)",
            at: "adapter_activation", remedy: "Choose relu or gelu.")
        problems.require((1...1 << 12).contains(rank), "is \(rank), expected 1 to \(1 << 12)", at: "rank")
        problems.require(alpha > 0 && alpha.isFinite, "is \(alpha), expected a finite number above 0", at: "alpha")
        problems.require(
            (1...1 << 30).contains(passTokens), "is \(passTokens), expected 1 to \(1 << 30)", at: "pass_tokens")
        return problems
    }
}
