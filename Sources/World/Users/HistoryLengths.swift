import Foundation

/// How the lengths of histories fall off from the shortest one on, when they have a mean.
package enum HistoryTail: String, Codable, CaseIterable, Sendable {
    /// Each length is less likely than the one before by the same factor.
    case geometric
    /// A length's chance is a power of it: most histories are short, a few very long.
    case power
}

/// The chances of the lengths of histories.
struct HistoryLengths: Sendable {
    private let shortest, longest: Int
    /// For each length from the shortest on, the chance of this or a shorter one; empty when all are equally likely.
    private let running: [Double]

    init(_ options: WorldOptions) {
        shortest = options.shortestHistory
        longest = options.longestHistory
        guard let mean = options.meanHistory else {
            running = []
            return
        }
        let lengths = (shortest...longest).map(Double.init)
        let tail = options.historyTail ?? .geometric
        let weights = Self.weights(of: lengths, mean: mean, tail)
        let sum = weights.reduce(0, +)
        var reached = 0.0
        running = weights.map { weight in
            reached += weight / sum
            return reached
        }
    }

    /// Draws a length.
    func draw(random: inout SeededRandom) -> Int {
        if running.isEmpty { return shortest + random.index(longest - shortest + 1) }
        let goal = random.uniform()
        return shortest + (running.firstIndex { $0 > goal } ?? running.count - 1)
    }

    /// Weights of a tail that give a mean, found by bisection: the mean falls as the steepness grows.
    private static func weights(of lengths: [Double], mean: Double, _ tail: HistoryTail) -> [Double] {
        func weights(_ steepness: Double) -> [Double] {
            lengths.map { length in
                switch tail {
                case .geometric: exp(-steepness * (length - lengths[0]))
                case .power: pow(length / lengths[0], -steepness)
                }
            }
        }
        func meanLength(_ weights: [Double]) -> Double {
            zip(lengths, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
        var flat = 0.0
        var steep = 1_000.0
        for _ in 0..<100 {
            let middle = (flat + steep) / 2
            if meanLength(weights(middle)) > mean { flat = middle } else { steep = middle }
        }
        return weights(steep)
    }
}
