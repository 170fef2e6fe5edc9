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
    public func check(width: Int) throws {
        guard (1...1024).contains(blocks) else { throw UserError("is \(blocks), expected 1 to 1024", at: "blocks") }
        guard heads >= 1, width % heads == 0 else {
            throw UserError("is \(heads), expected a divisor of the width \(width)", at: "heads")
        }
        guard (0..<1).contains(dropout) else { throw UserError("is \(dropout), expected 0 up to below 1", at: "dropout") }
    }
}
