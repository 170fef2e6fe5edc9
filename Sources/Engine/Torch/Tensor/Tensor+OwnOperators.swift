import CTorch

/// The rows of a softmax over candidates: which candidate each has to find, and which are left out for it.
package struct CandidateRows {
    /// log share: the logarithm of each candidate's share of what is drawn [candidates].
    package let logShares: Tensor
    /// log n: the logarithm of how often each candidate counts [candidates].
    package let logCounts: Tensor
    /// The user of each row, int64 [rows].
    package let users: Tensor
    /// How many users there are.
    package let userCount: Int
    /// The place of each row's target among the candidates, int64 [rows].
    package let targets: Tensor
    /// With ``ownItems`` the pairs (user, own candidate), ordered by user, int64 [pairs].
    package let ownUsers: Tensor
    /// The candidates of the pairs, int64 [pairs].
    package let ownItems: Tensor

    /// Takes tensors on one device.
    package init(
        logShares: Tensor, logCounts: Tensor, users: Tensor, userCount: Int, targets: Tensor, ownUsers: Tensor, ownItems: Tensor
    ) {
        self.logShares = logShares
        self.logCounts = logCounts
        self.users = users
        self.userCount = userCount
        self.targets = targets
        self.ownUsers = ownUsers
        self.ownItems = ownItems
    }

    /// Added to the logit of a candidate that is left out: its share of the softmax is exactly zero.
    package static let leftOut = -1e30
}

extension Tensor {
    /// Cross entropies over candidates, each row's without its user's own candidates but the target.
    ///
    /// With this tensor's rows x [rows, width], logits l_i = x v_i - log share_i and a target t:
    /// log(exp(l_t) + Σ exp(l_i + log n_i) over the candidates that are not the user's own) - l_t.
    /// In float32 on the processor it is one pass over the logits, elsewhere ``plainRowLosses(_:_:)``.
    ///
    /// - Parameter vectors: v [candidates, width].
    /// - Returns: [rows].
    package func rowLosses(_ vectors: Tensor, _ rows: CandidateRows) -> Tensor {
        guard device == .cpu, dtype == .float32 else { return plainRowLosses(vectors, rows) }
        return Tensor.computed(by: "row losses") { lend in
            CTorchRowLosses(
                outputs: lend(self), vectors: lend(vectors), added: lend(rows.logCounts - rows.logShares),
                counts: lend(rows.logCounts), users: lend(rows.users), targets: lend(rows.targets),
                own_users: lend(rows.ownUsers), own_items: lend(rows.ownItems))
        } _: {
            withUnsafePointer(to: $0, ctorch.row_losses)
        }
    }

    /// The same by operations on whole tensors, the plain form.
    package func plainRowLosses(_ vectors: Tensor, _ rows: CandidateRows) -> Tensor {
        let logits = (-rows.logShares).addingMatrixProduct(self, vectors.transposed(0, 1))  // [rows, candidates]
        // What is added to a user's logits: how often each item counts, and for the user's own items that they are left out.
        let added = rows.logCounts.unsqueezed(0).expanded([rows.userCount, vectors.size(0)]).clone()
        added.put(.full([], CandidateRows.leftOut, dtype: added.dtype, on: device), at: [rows.ownUsers, rows.ownItems])
        let others = (logits + added.selecting(rows.users)).logSumExp(along: 1)  // [rows]
        let target = logits.gathering(rows.targets.unsqueezed(1), along: 1).squeezed(1)
        return others.logAddExp(target) - target
    }
}

extension Tensor {
    /// How many other scores of a row are at least as large as its target's, and how many are equal to it.
    ///
    /// This tensor holds the scores [rows, items]; those of masked items may be overwritten. On the processor each score is read once,
    /// elsewhere ``comparingRanks(of:maskedRows:maskedItems:)`` is taken.
    ///
    /// - Parameters:
    ///   - targets: the item of each row, int64 [rows].
    ///   - maskedRows: with `maskedItems` the pairs (row, item) that are left out, ordered by row, each once, int64 [pairs].
    /// - Returns: int64 [2, rows]; -1 in rows with a score that is not finite.
    package func countingRanks(of targets: Tensor, maskedRows: Tensor, maskedItems: Tensor) -> Tensor {
        guard device == .cpu else { return comparingRanks(of: targets, maskedRows: maskedRows, maskedItems: maskedItems) }
        return Tensor.computed(by: "counting ranks") { lend in
            (lend(to(.float32)), lend(targets), lend(maskedRows), lend(maskedItems))
        } _: {
            ctorch.count_ranks($0.0, $0.1, $0.2, $0.3)
        }
    }

    /// The same by comparisons of whole tensors, the plain form; overwrites the scores of masked items.
    package func comparingRanks(of targets: Tensor, maskedRows: Tensor, maskedItems: Tensor) -> Tensor {
        let isFinite = isFinite().allTrue(along: 1)
        let places = targets.unsqueezed(1)
        let target = gathering(places, along: 1)  // [rows, 1]
        put(Tensor(-Float.infinity, on: device), at: [maskedRows, maskedItems])
        let counts = Tensor.stacked([(self .>= target).sum(along: 1), (self .== target).sum(along: 1)])
        // A target is among its own equals and must not count itself, unless it is masked.
        let own = (gathering(places, along: 1) .>= target).sum(along: 1)
        return (counts - own).kept(where: isFinite, otherwise: Tensor(Int64(-1), on: device))
    }
}
