package import Datasets
package import Files
import Foundation

/// What counting alone knows of the next item: neighbours of a history's items.
///
/// P(i | h) = log(1 + g(i | h) / g0), g(i | h) = Σ_k decay^k C[h_k, i] / (n_{h_k} n_i)^exponent, with h_0 the newest item of the history
/// and n how often an item was trained on. P is 0 for all items but the neighbours.
package struct NeighbourPrior: Sendable {
    /// The pairs.
    package let pairs: CoOccurrence
    /// g0.
    package let scale: Double
    private let options: NeighbourOptions
    private let factors: [Float]  // n^-exponent [items]

    /// Counts the neighbours of a split.
    ///
    /// - Parameter stop: looked at between blocks of users.
    /// - Throws: `CancellationError` when told to stop.
    package init(_ split: Split, _ options: NeighbourOptions = NeighbourOptions(), stop: StopToken = StopToken()) throws {
        let pairs = try CoOccurrence(split, options, stop: stop)
        let factors = split.trainingCounts.map { Float(pow(max(1, Double($0)), -options.exponent)) }
        self.init(pairs, factors, options, scale: options.scale ?? 1)
        if options.scale == nil { self.init(pairs, factors, options, scale: medianSum(of: split)) }
    }

    private init(_ pairs: CoOccurrence, _ factors: [Float], _ options: NeighbourOptions, scale: Double) {
        self.pairs = pairs
        self.factors = factors
        self.options = options
        self.scale = scale
    }

    /// Sums above 0 of the histories of a batch.
    ///
    /// - Parameter cases: which of the batch's cases.
    /// - Returns: P by case, counted from the first of `cases`, and item; each pair once, ordered by case.
    package func scores(of batch: EvaluationBatch, cases: Range<Int>) -> SparseScores {
        var scores = sums(of: batch, cases: cases)
        for place in scores.values.indices { scores.values[place] = log1p(scores.values[place] / Float(scale)) }
        return scores
    }

    /// g above 0.
    private func sums(of batch: EvaluationBatch, cases: Range<Int>) -> SparseScores {
        var found = SparseScores()
        var sums = [Float](repeating: 0, count: factors.count)
        var row = batch.users.firstIndex { $0 >= Int64(cases.lowerBound) } ?? batch.users.count
        for place in cases {
            var touched: [Int32] = []
            while row < batch.users.count, batch.users[row] == Int64(place) {
                let item = Int(batch.inputs[row])
                let age = batch.inputLength - 1 - Int(batch.positions[row])
                let factor = Float(pow(options.decay, Double(age))) * factors[item]
                for entry in pairs.row(item) {
                    let other = Int(pairs.items[entry])
                    if sums[other] == 0 { touched.append(Int32(other)) }
                    sums[other] += factor * pairs.counts[entry]
                }
                row += 1
            }
            for other in touched {
                found.cases.append(Int64(place - cases.lowerBound))
                found.items.append(Int64(other))
                found.values.append(sums[Int(other)] * factors[Int(other)])
                sums[Int(other)] = 0
            }
        }
        return found
    }

    /// The median of g above 0 over validation histories, evenly spread; 1 where there is none.
    ///
    /// At most 1,000 histories, fewer of a large catalogue, of which each has many neighbours.
    private func medianSum(of split: Split) -> Double {
        let cases = split.evaluation(.validation)
        let most = max(50, min(1000, (1 << 25) / max(1, split.itemCount)))
        let step = max(1, cases.count / most)
        var values: [Float] = []
        for place in stride(from: 0, to: cases.count, by: step) {
            let batch = EvaluationBatch(CollectionOfOne(cases[place]), inputLength: split.options.inputLength)
            values += sums(of: batch, cases: 0..<1).values
        }
        values.sort()
        return values.isEmpty ? 1 : Double(values[values.count / 2])
    }
}

/// Scores of few items for each of some cases; all others are 0.
package struct SparseScores: Sendable, Equatable {
    /// The case of each score [scores].
    package var cases: [Int64] = []
    /// The item of each score, a catalogue index [scores].
    package var items: [Int64] = []
    /// The scores, all above 0 [scores].
    package var values: [Float] = []
}
