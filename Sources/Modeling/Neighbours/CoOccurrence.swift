package import Datasets
package import Files

/// How often items are near each other in the training sequences: a symmetric matrix with few entries, row by row.
///
/// C[a, b] = Σ over training sequences and pairs of places p ≠ q with items a ≠ b, |p - q| ≤ window, of weight^(|p - q| - 1).
package struct CoOccurrence: Sendable {
    /// Where each item's row starts in ``items``, and where the last one ends [items + 1].
    package let starts: FixedNumbers<Int>
    /// The items of each row, ascending [entries].
    package let items: FixedNumbers<Int32>
    /// C for each of them [entries].
    package let counts: FixedNumbers<Float>

    /// Takes what was counted before.
    package init(starts: FixedNumbers<Int>, items: FixedNumbers<Int32>, counts: FixedNumbers<Float>) {
        self.starts = starts
        self.items = items
        self.counts = counts
    }

    /// Lends the row of an item: the items near it and C for each; an empty one where the numbers, as those of a damaged file, make no row.
    func withRow<Result>(
        _ item: Int, _ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try items.withElements { items in
            try counts.withElements { counts in
                let range = starts.withElements { $0[item] <= $0[item + 1] ? $0[item]..<$0[item + 1] : 0..<0 }
                let row = range.clamped(to: 0..<min(items.count, counts.count))
                return try body(UnsafeBufferPointer(rebasing: items[row]), UnsafeBufferPointer(rebasing: counts[row]))
            }
        }
    }

    /// Where the row of an item is.
    package func row(_ item: Int) -> Range<Int> { starts[item]..<starts[item + 1] }

    /// Counts the pairs of a split's training sequences.
    ///
    /// - Parameters:
    ///   - budget: how many pairs are held at a time before they are added up, 6 bytes each; more pairs take more passes.
    ///   - stop: looked at between blocks of users.
    /// - Throws: `CancellationError` when told to stop.
    package init(
        _ split: Split, _ options: NeighbourOptions = NeighbourOptions(), budget: Int = 1 << 24, stop: StopToken = StopToken()
    ) throws {
        let sequences = TrainingSequences(split: split, window: options.window, stop: stop)
        var weights = [Float](repeating: 1, count: options.window + 1)  // by distance, from 1
        for distance in weights.indices.dropFirst(2) {
            weights[distance] = weights[distance - 1] * Float(options.distanceWeight)
        }

        var pairCounts = [Int](repeating: 0, count: split.itemCount)
        try sequences.forEachPair { item, _, _ in pairCounts[Int(item)] += 1 }
        var starts = [0]
        var items: [Int32] = []
        var counts: [Float] = []
        starts.reserveCapacity(split.itemCount + 1)
        // No more than all pairs; pages that are never written take no memory, and nothing is copied as the arrays grow.
        let pairCount = pairCounts.reduce(0, +)
        items.reserveCapacity(pairCount)
        counts.reserveCapacity(pairCount)
        var sums = [Float](repeating: 0, count: split.itemCount)
        var first = 0
        while first < split.itemCount {
            // As many rows as the budget holds, one at least.
            var (end, held) = (first, 0)
            while end < split.itemCount, end == first || held + pairCounts[end] <= budget {
                held += pairCounts[end]
                end += 1
            }
            let rows = first..<end
            var places = [0]
            for item in rows { places.append(places[places.count - 1] + pairCounts[item]) }
            let rowStarts = places
            var others = [Int32](repeating: 0, count: held)
            var distances = [UInt16](repeating: 0, count: held)
            if held > 0 {
                try sequences.forEachPair { item, other, distance in
                    guard rows.contains(Int(item)) else { return }
                    let place = places[Int(item) - first]
                    places[Int(item) - first] = place + 1
                    others[place] = other
                    distances[place] = UInt16(distance)
                }
            }
            for row in 0..<rows.count {
                let pairs = rowStarts[row]..<rowStarts[row + 1]
                var found: [Int32] = []
                for place in pairs {
                    let other = Int(others[place])
                    if sums[other] == 0 { found.append(others[place]) }
                    sums[other] += weights[Int(distances[place])]
                }
                found.sort()
                for other in found {
                    items.append(other)
                    counts.append(sums[Int(other)])
                    sums[Int(other)] = 0
                }
                starts.append(items.count)
            }
            first = end
        }
        self.init(starts: FixedNumbers(starts), items: FixedNumbers(items), counts: FixedNumbers(counts))
    }
}

/// The pairs of near items in a split's training sequences.
private struct TrainingSequences {
    let split: Split
    let window: Int
    let stop: StopToken

    /// Calls `body` with every ordered pair of different items that are at most `window` places apart, and that distance.
    func forEachPair(_ body: (_ item: Int32, _ other: Int32, _ distance: Int) -> Void) throws {
        for user in split.users.indices {
            if user.isMultiple(of: 4096) { try stop.check() }
            let sequence = split.trainingSequence(of: user)
            sequence.withContiguousStorageIfAvailable { items in
                for place in items.indices {
                    for later in items.indices[items.index(after: place)...].prefix(window) where items[place] != items[later] {
                        body(items[place], items[later], later - place)
                        body(items[later], items[place], later - place)
                    }
                }
            }
        }
    }
}
