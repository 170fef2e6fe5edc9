import Torch

/// Where the packed rows of some histories stand: row r belongs to user `users[r]` at position `positions[r]`.
public struct HistoryRows {
    /// The positions 0 ..< L, right-aligned: the newest item of a history has L - 1 [rows].
    public let positions: Tensor
    /// How many users there are.
    let userCount: Int
    /// L.
    let length: Int
    /// The rows' places among all places of all users, users · L + positions [rows].
    let places: Tensor
    /// Which keys a query may see: [users, 1, L, L].
    let visible: Tensor

    /// Lays out rows.
    ///
    /// - Parameters:
    ///   - users: each row's user, 0 ..< `userCount` [rows].
    ///   - positions: each row's position [rows].
    ///   - length: L.
    public init(users: [Int64], positions: [Int64], userCount: Int, length: Int, on device: Device) {
        self.userCount = userCount
        self.length = length
        self.positions = Tensor(positions, on: device)
        places = Tensor(zip(users, positions).map { $0 * Int64(length) + $1 }, on: device)
        let present = Tensor.zeros([userCount * length], dtype: .bool, on: device)
        present.put(Tensor(true, on: device), at: [places])
        // A place without an item sees itself, because a softmax over nothing has no value; nothing reads what comes of it.
        let itself = Tensor.range(0..<length, on: device)
        let diagonal = itself.unsqueezed(0) .== itself.unsqueezed(1)
        let causal = Tensor.ones([length, length], dtype: .bool, on: device).lowerTriangle()
        visible = causal.and(diagonal.or(present.reshaped([userCount, 1, 1, length])))
    }

    /// Rows [rows, width] in their places, zeros where there is no item: [users, heads, L, width / heads].
    func padded(_ rows: Tensor, heads: Int) -> Tensor {
        let width = rows.size(1)
        let all = Tensor.zeros([userCount * length, width], dtype: rows.dtype, on: rows.device)
        return all.replacing(places, with: rows).reshaped([userCount, length, heads, width / heads]).transposed(1, 2)
    }

    /// The rows [rows, width] of a padded form [users, heads, L, width / heads].
    func packed(_ padded: Tensor) -> Tensor {
        let width = padded.size(1) * padded.size(3)
        return padded.transposed(1, 2).reshaped([userCount * length, width]).selecting(places)
    }
}
