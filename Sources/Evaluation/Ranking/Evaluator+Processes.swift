package import Datasets
package import Metrics
package import Modeling
package import Processes
import Torch

extension Evaluator {
    /// Where each target of a part ranks, found by several processes: each computes the vectors of a part of the catalogue and ranks the
    /// targets of a part of the users.
    ///
    /// Parts are whole blocks, those of one process: every rank is the same to the last digit for any number of processes.
    ///
    /// - Throws: ``UserError`` when the model has diverged; `CancellationError` when told to stop; `LostProcess` when another does not take
    ///   part.
    package func ranks(_ recommender: Recommender, _ part: Split.Part, among ranks: Ranks) throws -> [TargetRank] {
        let blocks = (split.itemCount + Self.itemBlock - 1) / Self.itemBlock
        let each = Ranks.partLength(of: blocks, size: ranks.size) * Self.itemBlock
        let items = min(split.itemCount, ranks.rank * each)..<min(split.itemCount, (ranks.rank + 1) * each)
        let vectors = try withTensorErrors {
            try withoutGradients {
                let missing = Tensor.zeros([each - items.count, recommender.itemTower.width], on: recommender.device)
                let own = items.isEmpty ? missing : .concatenated([try itemVectors(recommender, of: items), missing], along: 0)
                return try ranks.group.gathered(own.to(.float32)).narrowed(0, 0..<split.itemCount).contiguous()
            }
        }
        let score = Score(recommender, itemVectors: vectors)
        let cases = split.evaluation(part).count
        let users = (cases + Self.userBlock - 1) / Self.userBlock
        let own = try self.ranks(score, part, blocks: ranks.part(of: users))
        let room = Ranks.partLength(of: users, size: ranks.size) * Self.userBlock
        var numbers = [Int64](repeating: 0, count: 4 * room)
        for (place, rank) in own.enumerated() {
            numbers[4 * place] = Int64(rank.rank)
            numbers[4 * place + 1] = Int64(rank.ties)
            numbers[4 * place + 2] = rank.isReachable ? 1 : 0
            numbers[4 * place + 3] = rank.isCold ? 1 : 0
        }
        let all = try ranks.group.gathered(Tensor(numbers)).array(of: Int64.self)
        return (0..<cases).map {
            TargetRank(
                rank: Int(all[4 * $0]), ties: Int(all[4 * $0 + 1]), isReachable: all[4 * $0 + 2] > 0,
                isCold: all[4 * $0 + 3] > 0)
        }
    }
}
