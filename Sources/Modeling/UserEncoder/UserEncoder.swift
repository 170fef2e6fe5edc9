package import Files
package import Torch

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

    /// Checks that a model of these settings can be built.
    ///
    /// - Throws: ``UserError`` that names the setting.
    package func check(width: Int) throws { try problems(width: width).check() }

    /// All settings that cannot be built, by the names that they have in a configuration.
    package func problems(width: Int) -> Problems {
        var problems = Problems()
        problems.require((1...1024).contains(blocks), "is \(blocks), expected 1 to 1024", at: "blocks")
        problems.require(
            heads >= 1 && width % heads == 0, "is \(heads), expected a divisor of the width \(width)", at: "heads",
            remedy: "Choose among \((1...max(1, min(width, 64))).filter { width % $0 == 0 }).")
        problems.require((0..<1).contains(dropout), "is \(dropout), expected at least 0 and below 1", at: "dropout")
        return problems
    }
}

/// The user encoder in the form of SASRec: what a user's items, in their order, say about the next one.
///
/// x = dropout(LayerNorm(e + position)), then post-norm blocks of causal attention and feed-forward (article Mathematics).
///
/// It works on packed rows: one per item of a history, without padding. On processors it is one operation; on accelerators
/// attention alone sees histories side by side, padded.
package final class UserEncoder {
    /// How many items of a history are seen (L); the newest has position L - 1.
    package let positions: Int
    /// Its shape.
    package let options: UserEncoderOptions
    private let position: Embedding
    private let norm: LayerNorm
    private let blocks: [UserBlock]
    /// All of them as one operation.
    private let together: HistoryBlocks
    private let dropout: Double
    private let device: Device

    /// The layer norms' epsilon.
    static let epsilon = 1e-6

    /// Asks for all parameters of the encoder.
    ///
    /// - Throws: `UserError` for settings that cannot be built, and as `Parameters` does.
    package init(_ parameters: Parameters, width: Int, positions: Int, _ options: UserEncoderOptions) throws {
        try options.check(width: width)
        self.positions = positions
        self.options = options
        position = try Embedding(parameters.scoped("position"), positions, width, .xavierNormal)
        norm = try LayerNorm(parameters.scoped("norm"), width, epsilon: Self.epsilon)
        blocks = try (0..<options.blocks).map {
            try UserBlock(parameters.scoped("blocks", $0), width: width, heads: options.heads)
        }
        together = HistoryBlocks(position: position, norm: norm, blocks.map(\.together), heads: options.heads)
        dropout = options.dropout
        device = parameters.device
    }

    /// Lays out the rows of histories.
    ///
    /// - Parameters:
    ///   - users: each row's user, 0 ..< `userCount`, ascending [rows].
    ///   - positions: each row's position, right-aligned [rows].
    ///   - place: where the users stand among those of other processes; nil for no others.
    package func rows(users: Tensor, positions: Tensor, userCount: Int, among place: HistoryPlace? = nil) -> HistoryRows {
        HistoryRows(
            users: users, positions: positions, userCount: userCount, length: self.positions,
            isPadded: !together.isAvailable, among: place)
    }

    /// The same for rows that are not yet where the encoder computes.
    package func rows(users: [Int64], positions: [Int64], userCount: Int) -> HistoryRows {
        rows(users: Tensor(users, on: device), positions: Tensor(positions, on: device), userCount: userCount)
    }

    /// What is known of the user after each item.
    ///
    /// - Parameters:
    ///   - items: the items' vectors in packed rows [rows, width].
    ///   - rows: whose rows they are and where they are.
    ///   - training: whether dropout is on.
    /// - Returns: [rows, width].
    package func callAsFunction(_ items: Tensor, _ rows: HistoryRows, training: Bool = false) -> Tensor {
        let dropout = training ? dropout : 0
        if let starts = rows.starts {
            return together(items, positions: rows.positions, starts: starts, dropout: dropout, among: rows.place)
        }
        guard let padded = rows.padded else { preconditionFailure("rows are laid out in one of two ways") }
        var x = norm(items + position(rows.positions))
        if dropout > 0 { x = x.fastDropout(dropout) }
        for block in blocks { x = block(x, padded, dropout: dropout) }
        return x
    }
}

/// One block of the user encoder: causal attention, then a feed-forward of four times the width; each with residual and LayerNorm.
///
/// x = LayerNorm(x + dropout(O attention(Q x, K x, V x))); x = LayerNorm(x + dropout(W₂ relu(W₁ x + b₁) + b₂)).
/// Q, K, V and O have no biases; dropout also falls on the attention's probabilities.
///
/// This is the plain form: accelerators use it, and on processors what `HistoryBlocks` cannot do.
struct UserBlock {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let attentionNorm: LayerNorm
    private let up: Linear
    private let down: Linear
    private let feedForwardNorm: LayerNorm
    private let heads: Int

    /// Asks for the block's parameters.
    init(_ parameters: Parameters, width: Int, heads: Int) throws {
        let attention = parameters.scoped("attention")
        func map(_ name: String) throws -> Linear {
            try Linear(attention.scoped(name), width, width, weight: .xavierNormal, bias: false)
        }
        query = try map("query")
        key = try map("key")
        value = try map("value")
        output = try map("output")
        attentionNorm = try LayerNorm(attention.scoped("norm"), width, epsilon: UserEncoder.epsilon)
        let feedForward = parameters.scoped("feed_forward")
        up = try Linear(feedForward.scoped("up"), width, 4 * width, weight: .xavierNormal, biasInitializer: .zeros)
        down = try Linear(feedForward.scoped("down"), 4 * width, width, weight: .xavierNormal, biasInitializer: .zeros)
        feedForwardNorm = try LayerNorm(feedForward.scoped("norm"), width, epsilon: UserEncoder.epsilon)
        self.heads = heads
    }

    /// What the block is as a part of one operation.
    var together: HistoryBlocks.Block {
        .init(
            query: query.weight, key: key.weight, value: value.weight, output: output.weight, attentionNorm: attentionNorm,
            up: up, down: down, norm: feedForwardNorm)
    }

    func callAsFunction(_ x: Tensor, _ rows: PaddedHistories, dropout: Double) -> Tensor {
        func dropped(_ y: Tensor) -> Tensor { dropout > 0 ? y.fastDropout(dropout) : y }
        let sides = x.linear(.concatenated([query.weight, key.weight, value.weight], along: 0))  // [rows, 3 · width]
        let seen = rows.attention(sides, heads: heads, dropout: dropout)
        let attended = attentionNorm(x + dropped(output(seen)))
        return feedForwardNorm(attended + dropped(down(up(attended).relu())))
    }
}
