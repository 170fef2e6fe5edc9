import Files

/// The shape of the user encoder.
public struct UserEncoderOptions: Sendable, Codable, Equatable {
    /// Transformer blocks.
    public var blocks = 2
    /// Attention heads; they divide the item vectors' width.
    public var heads = 2
    /// The probability with which dropout zeroes a number while training.
    public var dropout = 0.1

    /// The papers' settings.
    public init() {}

    /// Stops settings that cannot be built.
    ///
    /// - Throws: ``UserError`` that names the setting.
    public func check(width: Int) throws { try problems(width: width).check() }

    /// All settings that cannot be built, by the names that they have in a configuration.
    package func problems(width: Int) -> Problems {
        var problems = Problems()
        problems.require((1...1024).contains(blocks), "is \(blocks), expected 1 to 1024", at: "blocks")
        problems.require(
            heads >= 1 && width % heads == 0, "is \(heads), expected a divisor of the width \(width)", at: "heads",
            remedy: "Choose among \((1...max(1, min(width, 64))).filter { width % $0 == 0 }).")
        problems.require((0..<1).contains(dropout), "is \(dropout), expected 0 up to below 1", at: "dropout")
        return problems
    }
}
