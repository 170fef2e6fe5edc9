package import Datasets
import Files
package import Metrics
package import Torch

/// Where targets rank among all items of the catalogue, by counting greater scores: nothing is sorted.
package struct Ranker {
    /// The bytes that the scores of a block of cases may take.
    private let budget: Int
    /// Whether training never saw an item.
    private let isCold: (Int) -> Bool

    /// Makes a ranker.
    ///
    /// - Parameters:
    ///   - budget: bytes for the scores of a block of cases. On a processor a block that fits into its cache is read from there.
    ///   - isCold: whether training never saw an item.
    package init(budget: Int, isCold: @escaping (Int) -> Bool) {
        self.budget = budget
        self.isCold = isCold
    }

    /// The ranks of a batch's targets.
    ///
    /// rank = 1 + how many other items, not masked, score at least what the target scores: ties count against us.
    ///
    /// - Parameters:
    ///   - users: the vectors of the cases [cases, width].
    ///   - items: the vectors of the catalogue [items, width].
    /// - Throws: `UserError` when a score is not a number, which a model has that diverged.
    package func ranks(of batch: EvaluationBatch, users: Tensor, items: Tensor) throws -> [TargetRank] {
        try ranking(of: batch, users: users, items: items, listLength: 0).ranks
    }

    /// The ranks of a batch's targets, and the items with the greatest scores for each case.
    ///
    /// The lists are taken from the blocks of scores that are counted anyway: a selection of the `listLength` greatest of each row on the
    /// device, which reads the block once more, and cases x listLength numbers copied from there. Without lists nothing is added.
    ///
    /// - Parameters:
    ///   - users: the vectors of the cases [cases, width].
    ///   - items: the vectors of the catalogue [items, width].
    ///   - listLength: how many items a list has, at most those of the catalogue; 0 for no lists.
    ///   - adding: adds to the scores [cases, items] of some of the batch's cases what is no inner product.
    /// - Returns: a rank per case, and the lists one after the other as catalogue indices [cases x listLength], best first, equal scores
    ///   in any order; -1 where masking leaves no item for a place.
    /// - Throws: `UserError` when a score is not a number, which a model has that diverged.
    package func ranking(
        of batch: EvaluationBatch, users: Tensor, items: Tensor, listLength: Int,
        adding: (_ scores: Tensor, _ cases: Range<Int>) -> Void = { _, _ in }
    ) throws -> (ranks: [TargetRank], lists: [Int32]) {
        precondition(listLength <= items.size(0), "lists of \(listLength) of \(items.size(0)) items")
        let length = max(1, budget / (4 * max(1, items.size(0))))
        let columns = items.transposed(0, 1)
        var ranks: [TargetRank] = []
        ranks.reserveCapacity(batch.userCount)
        var lists: [Int32] = []
        lists.reserveCapacity(batch.userCount * listLength)
        for start in stride(from: 0, to: batch.userCount, by: length) {
            let cases = start..<min(start + length, batch.userCount)
            let question = Question(batch, cases, on: users.device)
            let scores = users.narrowed(0, cases).matmul(columns)
            adding(scores, cases)
            let (others, ties) = try question.counts(scores)
            for (index, place) in cases.enumerated() {
                ranks.append(
                    TargetRank(
                        rank: others[index] + 1, ties: ties[index], isReachable: !batch.unreachable[place],
                        isCold: isCold(Int(batch.targets[place]))))
            }
            if listLength > 0 { lists += try Self.greatest(listLength, question, scores) }
        }
        return (ranks, lists)
    }

    /// The items with the greatest scores of each case, -1 where all others are masked; overwrites the scores of masked items.
    private static func greatest(_ count: Int, _ question: Question, _ scores: Tensor) throws -> [Int32] {
        scores.put(Tensor(-Float.infinity, on: scores.device), at: [question.maskedCases, question.maskedItems])
        let (values, places) = scores.largest(count)
        let (found, items) = (values.floats(), places.array(of: Int64.self))
        // Nothing was read where memory ran out.
        _ = try places.checked()
        return zip(items, found).map { $1 == -.infinity ? -1 : Int32($0) }
    }

    /// What is asked of a block of cases.
    struct Question {
        /// The item of each case [cases].
        let targets: Tensor
        /// With `maskedItems` the pairs that are left out: the case, from 0 [pairs].
        let maskedCases: Tensor
        /// The items of the pairs [pairs].
        let maskedItems: Tensor
        /// 1 where the target is not among them, else 0 [cases].
        let reachable: Tensor

        init(_ batch: EvaluationBatch, _ cases: Range<Int>, on device: Device) {
            let first = batch.maskedUsers.firstIndex { $0 >= Int64(cases.lowerBound) } ?? batch.maskedUsers.count
            let end = batch.maskedUsers[first...].firstIndex { $0 >= Int64(cases.upperBound) } ?? batch.maskedUsers.count
            targets = Tensor(Array(batch.targets[cases]), on: device)
            maskedCases =
                Tensor(Array(batch.maskedUsers[first..<end]), on: device) - Tensor(Int64(cases.lowerBound), on: device)
            maskedItems = Tensor(Array(batch.maskedItems[first..<end]), on: device)
            reachable = Tensor(batch.unreachable[cases].map { $0 ? 0 : 1 } as [Int64], on: device)
        }

        /// How many other items score at least as much as each case's target, and as much.
        ///
        /// - Throws: `UserError` when a score is not a number.
        func counts(_ scores: Tensor) throws -> (others: [Int], ties: [Int]) {
            let counts = scores.countingRanks(of: targets, maskedRows: maskedCases, maskedItems: maskedItems)
            let (others, ties) = (counts.selected(0, 0).array(of: Int64.self), counts.selected(0, 1).array(of: Int64.self))
            // Nothing was read where memory ran out.
            _ = try counts.checked()
            guard others.allSatisfy({ $0 >= 0 }) else {
                throw UserError(
                    "the model gives scores that are not finite",
                    remedy: "Training has diverged: lower the learning rates. Or a state in a store is not a number.")
            }
            return (others.map(Int.init), ties.map(Int.init))
        }
    }
}
