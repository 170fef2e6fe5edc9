import Torch

/// Where the packed rows of some histories stand: row r belongs to user `users[r]` at position `positions[r]`.
///
/// The rows of a user follow each other, oldest first, and users follow each other.
public struct HistoryRows {
    /// The positions 0 ..< L, right-aligned: the newest item of a history has L - 1 [rows].
    let positions: Tensor
    /// Where each user's rows start, and the number of all at the end [users + 1].
    let starts: Tensor
    /// The rows side by side, which only the plain form of attention needs.
    let padded: PaddedHistories?

    /// Lays out rows.
    ///
    /// - Parameters:
    ///   - users: each row's user, 0 ..< `userCount`, ascending [rows].
    ///   - positions: each row's position [rows].
    ///   - length: L.
    ///   - isPadded: whether histories are laid side by side, with padding, as on accelerators.
    init(users: [Int64], positions: [Int64], userCount: Int, length: Int, isPadded: Bool, on device: Device) {
        self.positions = Tensor(positions, on: device)
        let counts = Tensor.zeros([userCount + 1], dtype: .int64, on: device)
        let places = Tensor(users, on: device)
        counts.add(.ones([users.count], dtype: .int64, on: device), to: places + Tensor(Int64(1), on: device))
        starts = counts.runningSum(along: 0)
        padded =
            isPadded
            ? PaddedHistories(users: places, positions: self.positions, userCount: userCount, length: length) : nil
    }

    /// How many pairs of a row and one not after it there are, over all users.
    var pairCount: Int {
        let users = starts.size(0) - 1
        guard users > 0 else { return 0 }
        let counts = starts.narrowed(0, from: 1) - starts.narrowed(0, 0..<users)
        return Int((counts * (counts + Tensor(Int64(1), on: counts.device))).sum().to(.cpu).array(of: Int64.self).first ?? 0)
            / 2
    }
}
