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
    /// How neighbours are counted and added up.
    package let options: NeighbourOptions
    /// n^-exponent [items].
    package let factors: FixedNumbers<Float>

    /// Counts the neighbours of a split.
    ///
    /// - Parameter stop: looked at between blocks of users.
    /// - Throws: `CancellationError` when told to stop.
    package init(_ split: Split, _ options: NeighbourOptions = NeighbourOptions(), stop: StopToken = StopToken()) throws {
        let pairs = try CoOccurrence(split, options, stop: stop)
        let factors = split.trainingCounts.map { Float(pow(max(1, Double($0)), -options.exponent)) }
        self.init(pairs, factors: FixedNumbers(factors), options, scale: options.scale ?? 1)
        if options.scale == nil {
            self.init(pairs, factors: self.factors, options, scale: medianSum(of: split))
        }
    }

    /// Takes what was counted before.
    package init(_ pairs: CoOccurrence, factors: FixedNumbers<Float>, _ options: NeighbourOptions, scale: Double) {
        self.pairs = pairs
        self.factors = factors
        self.options = options
        self.scale = scale
    }

    /// P above 0 for histories of a batch.
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
        factors.withElements { factors in
            var found = SparseScores()
            var sums = [Float](repeating: 0, count: factors.count)
            var row = batch.users.firstIndex { $0 >= Int64(cases.lowerBound) } ?? batch.users.count
            for place in cases {
                var touched: [Int32] = []
                while row < batch.users.count, batch.users[row] == Int64(place) {
                    defer { row += 1 }
                    let item = Int(batch.inputs[row])
                    // An item that came after the counting has no neighbours.
                    guard item < factors.count else { continue }
                    let age = batch.inputLength - 1 - Int(batch.positions[row])
                    let factor = Float(pow(options.decay, Double(age))) * factors[item]
                    pairs.withRow(item) { others, counts in
                        for entry in others.indices where sums.indices.contains(Int(others[entry])) {
                            let other = Int(others[entry])
                            if sums[other] == 0 { touched.append(Int32(other)) }
                            sums[other] += factor * counts[entry]
                        }
                    }
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

/// How items are counted as neighbours of each other, and how a history's neighbours are added up.
package struct NeighbourOptions: Sendable, Codable, Equatable {
    /// Two items of a training sequence count as a pair where they are at most this many places apart; 10.
    package var window = 10
    /// A pair counts this to the power of the places between its items, so that neighbours count 1; 0.85.
    package var distanceWeight = 0.85
    /// A pair's count is divided by this power of how often each of its items was trained on; 0.3.
    package var exponent = 0.3
    /// An item of a history counts this to the power of how many are newer; 0.8.
    package var decay = 0.8
    /// g0, below which a sum of counts counts in proportion, above as its logarithm; nil takes the median of those that are above 0.
    package var scale: Double?

    /// The defaults.
    package init() {}

    /// All settings that make no sense, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        problems.require((1...1000).contains(window), "is \(window), expected 1 to 1000", at: "window")
        for (value, name) in [(distanceWeight, "distance_weight"), (decay, "decay")] {
            problems.require(0 < value && value <= 1, "is \(value), expected a number above 0, at most 1", at: name)
        }
        problems.require((0...1).contains(exponent), "is \(exponent), expected 0 to 1", at: "exponent")
        if let scale {
            problems.require(
                scale > 0 && scale.isFinite, "is \(scale), expected a finite number above 0", at: "scale",
                remedy: "Leave it out to take the median.")
        }
        return problems
    }
}
