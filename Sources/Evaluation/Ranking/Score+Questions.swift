package import Datasets
import Metrics
import Modeling
package import Torch

extension Score {
    /// What is asked of ``items`` for the cases of a batch, so that an exact search finds the items of the greatest scores.
    ///
    /// - Parameters:
    ///   - rows: the vectors of the batch's inputs as ``items`` has them [inputs, width]; nil takes those of ``items``.
    ///   - skippingSeen: whether the items of a history are no answer.
    /// - Throws: `UserError` when memory runs out.
    package func questions(
        of batch: EvaluationBatch, rows: Tensor? = nil, skippingSeen: Bool
    ) throws -> [ExactSearch.Question] {
        let vectors = try withTensorErrors {
            try withoutGradients { try users(batch, rows: rows).to(.float32).checked().floats() }
        }
        let width = vectors.count / max(1, batch.userCount)
        var questions = (0..<batch.userCount).map { ExactSearch.Question(Array(vectors[$0 * width..<($0 + 1) * width])) }
        if skippingSeen {
            for (user, item) in zip(batch.maskedUsers, batch.maskedItems) {
                questions[Int(user)].skipped.append(Int32(item))
            }
        }
        let weight = Float(weights[.neighbours])
        guard let neighbours, weight != 0 else { return questions }
        let found = neighbours.scores(of: batch, cases: 0..<batch.userCount)
        var first = 0
        while first < found.cases.count {
            let place = found.cases[first]
            let end = found.cases[first...].firstIndex { $0 != place } ?? found.cases.count
            questions[Int(place)].terms = (
                found.items[first..<end].map(Int32.init), found.values[first..<end].map { $0 * weight }
            )
            first = end
        }
        return questions
    }
}
