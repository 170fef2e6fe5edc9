import Torch

/// The user encoder in the form of SASRec: what a user's items, in their order, say about the next one.
///
/// x = dropout(LayerNorm(e + position)), then post-norm blocks of causal attention and feed-forward (article Mathematics).
///
/// It works on packed rows: one per item of a history, without padding. On processors it is one operation; on accelerators
/// attention alone sees histories side by side, padded.
public final class UserEncoder {
    /// How many items of a history are seen (L); the newest has position L - 1.
    public let positions: Int
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
    public init(_ parameters: Parameters, width: Int, positions: Int, _ options: UserEncoderOptions) throws {
        try options.check(width: width)
        self.positions = positions
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
    public func rows(users: [Int64], positions: [Int64], userCount: Int) -> HistoryRows {
        HistoryRows(
            users: users, positions: positions, userCount: userCount, length: self.positions, isPadded: device != .cpu,
            on: device)
    }

    /// What is known of the user after each item.
    ///
    /// - Parameters:
    ///   - items: the items' vectors in packed rows [rows, width].
    ///   - rows: whose rows they are and where they stand.
    ///   - training: whether dropout is on.
    /// - Returns: [rows, width].
    public func callAsFunction(_ items: Tensor, _ rows: HistoryRows, training: Bool = false) -> Tensor {
        let dropout = training ? dropout : 0
        if rows.padded == nil, together.isAvailable {
            return together(items, positions: rows.positions, starts: rows.starts, dropout: dropout)
        }
        var x = norm(items + position(rows.positions))
        if dropout > 0 { x = x.fastDropout(dropout) }
        for block in blocks { x = block(x, rows, dropout: dropout) }
        return x
    }
}
