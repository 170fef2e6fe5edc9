import Torch

/// Where the packed rows of some histories are: row r belongs to user `users[r]` at position `positions[r]`.
///
/// The rows of a user follow each other, oldest first, and users follow each other.
package struct HistoryRows {
    /// The positions 0 ..< L, right-aligned: the newest item of a history has L - 1 [rows].
    let positions: Tensor
    /// Where each user's rows start, and the number of all at the end [users + 1]; nil for the plain form.
    let starts: Tensor?
    /// The rows side by side for the plain form of the encoder; nil where its blocks are one operation.
    let padded: PaddedHistories?
    /// Where the histories stand among those of other processes, for all of which dropout is drawn; nil for no others.
    let place: HistoryPlace?

    /// Lays out rows.
    ///
    /// - Parameters:
    ///   - users: each row's user, 0 ..< `userCount`, ascending [rows].
    ///   - positions: each row's position [rows].
    ///   - length: L.
    ///   - isPadded: whether histories are laid side by side, with padding, for the plain form.
    init(
        users: Tensor, positions: Tensor, userCount: Int, length: Int, isPadded: Bool, among place: HistoryPlace?
    ) {
        self.place = place
        self.positions = positions
        if isPadded {
            starts = nil
            padded = PaddedHistories(users: users, positions: positions, userCount: userCount, length: length)
        } else {
            let counts = Tensor.zeros([userCount + 1], dtype: .int64, on: users.device)
            counts.add(.ones(users.shape, dtype: .int64, on: users.device), to: users + Tensor(Int64(1), on: users.device))
            starts = counts.runningSum(along: 0)
            padded = nil
        }
    }
}

/// Packed rows of histories side by side, for the plain form of attention.
struct PaddedHistories {
    private let userCount: Int
    private let length: Int
    /// The rows' places among all places of all users, users · L + positions [rows].
    private let places: Tensor
    /// Which keys a query may see: [users, 1, L, L].
    let visible: Tensor

    /// Lays out rows: their users and positions, each [rows].
    init(users: Tensor, positions: Tensor, userCount: Int, length: Int) {
        let device = users.device
        self.userCount = userCount
        self.length = length
        places = users * Tensor(Int64(length), on: device) + positions
        let present = Tensor.zeros([userCount * length], dtype: .bool, on: device)
        present.put(Tensor(true, on: device), at: [places])
        // A place without an item sees itself, because a softmax over nothing has no value; nothing reads its result.
        let itself = Tensor.range(0..<length, on: device)
        let diagonal = itself.unsqueezed(0) .== itself.unsqueezed(1)
        let causal = Tensor.ones([length, length], dtype: .bool, on: device).lowerTriangle()
        visible = causal.and(diagonal.or(present.reshaped([userCount, 1, 1, length])))
    }

    /// Causal attention of rows of queries, keys and values side by side [rows, 3 · width]: [rows, width].
    func attention(_ rows: Tensor, heads: Int, dropout: Double) -> Tensor {
        let width = rows.size(1) / 3
        let all = Tensor.zeros([userCount * length, 3 * width], dtype: rows.dtype, on: rows.device)
            .replacing(places, with: rows)
            .reshaped([userCount, length, 3, heads, width / heads]).permuted([2, 0, 3, 1, 4])
        let seen = Tensor.attention(
            all.selected(0, 0), all.selected(0, 1), all.selected(0, 2), mask: visible, dropout: dropout)
        return seen.transposed(1, 2).reshaped([userCount * length, width]).selecting(places)
    }
}
