import Metrics
import Files
import Ranking
import Torch

extension ServedModel {
    /// So many of some candidates, chosen one by one for their scores and for how little they are like those before
    /// (``Question/diversity``).
    ///
    /// - Throws: ``UserError`` where no part of the score has vectors by which items could be alike.
    func diverse(
        _ candidates: [ExactSearch.Found], _ top: Int, _ diversity: Double, in snapshot: CatalogueSnapshot
    ) throws -> [ExactSearch.Found] {
        guard let columns = comparedColumns else {
            throw UserError(
                "the score of this run does not know which items are alike", remedy: "Leave the diversity out.")
        }
        guard let best = candidates.first?.score, let least = candidates.last?.score else { return [] }
        let range = best > least ? best - least : 1
        let vectors = candidates.map { Self.unit(Array(snapshot.search.row($0.row)[columns])) }
        var closest = [Double](repeating: -1, count: candidates.count)
        var left = Array(candidates.indices)
        var chosen: [ExactSearch.Found] = []
        while chosen.count < top, !left.isEmpty {
            func worth(_ candidate: Int) -> Double {
                let score = (1 - diversity) * (candidates[candidate].score - least) / range
                return chosen.isEmpty ? score : score - diversity * closest[candidate]
            }
            // The first of equal ones, which has the better score.
            var next = left.startIndex
            for place in left.indices.dropFirst() where worth(left[place]) > worth(left[next]) { next = place }
            let candidate = left.remove(at: next)
            chosen.append(candidates[candidate])
            for other in left {
                closest[other] = max(closest[other], ExactSearch.product(vectors[candidate], vectors[other]))
            }
        }
        return chosen
    }

    /// The columns of the rows by which items are alike: the network's, else those of the first modality's content; nil without either.
    var comparedColumns: Range<Int>? {
        let parts = zip(score.dense.map(\.part), score.columns)
        return (parts.first { $0.0 == .network } ?? parts.first { $0.0.isContent })?.1
    }

    /// A vector divided by its length; one of zeros stays as it is.
    static func unit(_ vector: [Float]) -> [Float] {
        let length = ExactSearch.product(vector, vector).squareRoot()
        return length > 0 ? vector.map { Float(Double($0) / length) } : vector
    }
}
