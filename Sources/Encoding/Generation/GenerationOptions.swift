/// How the tokens of a text are chosen.
public struct GenerationOptions: Sendable, Equatable {
    /// The most tokens that are written.
    public var maximumTokens = 40
    /// What logits are divided by before a token is drawn; 0: the likeliest token is taken, the first of equal ones.
    public var temperature = 0.0
    /// Tokens are drawn from the likeliest ones that have this probability together.
    public var topP = 1.0
    /// Logits of tokens that the prompt or the text has already are divided by this where they are above 0, else multiplied with it
    /// (Keskar et al. 2019). nil: as the model's `generation_config.json` says, else 1.
    public var repetitionPenalty: Double?
    /// What random draws follow from; each text has draws of its own, whatever is written beside it.
    public var seed: UInt64 = 0

    /// The likeliest tokens, 40 at most.
    public init() {}
}
