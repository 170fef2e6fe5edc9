/// How large the parts of a batch are.
package struct BatchShape: Sendable, Hashable {
    /// Users.
    package var users: Int
    /// Rows, of which each has a loss.
    package var rows: Int
    /// Candidates: distinct items.
    package var candidates: Int
    /// Pairs of a user and an item of the user's own sequence.
    package var ownPairs: Int

    /// The shape of a batch.
    package init(of batch: Candidates) {
        (users, rows) = (batch.userCount, batch.inputs.count)
        (candidates, ownPairs) = (batch.items.count, batch.ownItems.count)
    }

    /// A shape that batches of about this one share, up to a quarter larger in each part, with one user more, to whom padding belongs.
    package var padded: BatchShape {
        var shape = self
        shape.users = Self.roundedUp(users) + 1
        shape.rows = Self.roundedUp(rows)
        shape.candidates = Self.roundedUp(candidates)
        // A user has an item more than rows, and some items twice: not a part that varies by itself.
        shape.ownPairs = Self.roundedUp(max(ownPairs, rows + users))
        return shape
    }

    /// The next multiple of the largest power of two that is at most a quarter.
    static func roundedUp(_ count: Int) -> Int {
        let quarter = max(1, count / 4)
        let step = 1 << (Int.bitWidth - 1 - quarter.leadingZeroBitCount)
        return (count + step - 1) / step * step
    }
}

extension Candidates {
    /// The same batch in a larger shape.
    ///
    /// Padding belongs to the last user, who has nothing else. A candidate of it counts zero times, so that it takes part in no row's
    /// softmax; its rows are to count nothing in the loss.
    package func padded(to shape: BatchShape) -> Candidates {
        let own = BatchShape(of: self)
        precondition(
            own.users < shape.users && own.rows <= shape.rows && own.candidates <= shape.candidates
                && own.ownPairs <= shape.ownPairs,
            "a batch of \(own) in a shape of \(shape)")
        func filled<Element>(_ values: [Element], to count: Int, with filling: Element) -> [Element] {
            values + repeatElement(filling, count: count - values.count)
        }
        let user = Int64(shape.users - 1)
        return Candidates(
            items: filled(items, to: shape.candidates, with: items.last ?? 0),
            counts: filled(counts, to: shape.candidates, with: 0), shares: filled(shares, to: shape.candidates, with: 1),
            inputs: filled(inputs, to: shape.rows, with: 0), targets: filled(targets, to: shape.rows, with: 0),
            users: filled(users, to: shape.rows, with: user), userCount: shape.users,
            ownUsers: filled(ownUsers, to: shape.ownPairs, with: user), ownItems: filled(ownItems, to: shape.ownPairs, with: 0))
    }
}
