import HeapModule

/// Merges a word's tokens: always the pair of the lowest rank, the leftmost of several.
///
/// Short words are searched again after each merge. Long ones keep their possible merges in a heap, so that a word of n
/// characters takes n log n steps.
struct MergeQueue {
    /// Words of up to so many tokens are searched.
    static let longestShortWord = 32

    /// Merges the tokens from a place on.
    static func merge(_ tokens: inout [Int32], from start: Int, _ merges: MergeTable) {
        let count = tokens.count - start
        if count < 2 { return }
        if count > longestShortWord {
            var queue = MergeQueue(tokens[start...], merges)
            queue.run(merges)
            tokens.removeSubrange(start...)
            queue.append(to: &tokens)
        } else {
            let left = tokens.withUnsafeMutableBufferPointer { tokens in
                withUnsafeTemporaryAllocation(of: MergeTable.Merge.self, capacity: count) { candidates in
                    search(UnsafeMutableBufferPointer(rebasing: tokens[start...]), candidates, merges)
                }
            }
            tokens.removeLast(count - left)
        }
    }

    /// Merges a few tokens in place.
    ///
    /// - Parameter candidates: room for what each token and the next become.
    /// - Returns: how many are left.
    private static func search(
        _ tokens: UnsafeMutableBufferPointer<Int32>, _ candidates: UnsafeMutableBufferPointer<MergeTable.Merge>,
        _ merges: MergeTable
    ) -> Int {
        func candidate(_ index: Int) -> MergeTable.Merge {
            merges.merge(tokens[index], tokens[index + 1]) ?? .init(rank: .max, token: -1)
        }
        var count = tokens.count
        for index in 0..<count - 1 { candidates.initializeElement(at: index, to: candidate(index)) }
        while count > 1 {
            var best = 0
            for index in 1..<max(1, count - 1) where candidates[index].rank < candidates[best].rank { best = index }
            guard candidates[best].token >= 0 else { break }
            tokens[best] = candidates[best].token
            count -= 1
            for index in best + 1..<max(best + 1, count) {
                tokens[index] = tokens[index + 1]
                if index < count - 1 { candidates[index] = candidates[index + 1] }
            }
            if best > 0 { candidates[best - 1] = candidate(best - 1) }
            if best < count - 1 { candidates[best] = candidate(best) }
        }
        return count
    }

    /// A token that is left, among its neighbours; -1 stands for none.
    private struct Symbol {
        var token: Int32
        var previous: Int
        var next: Int
        var isMerged = false
    }

    /// A merge that was possible when it was noted: the symbol at `position` with the one after it.
    private struct Candidate: Comparable {
        var merge: MergeTable.Merge
        var position: Int

        static func == (first: Self, second: Self) -> Bool {
            first.merge.rank == second.merge.rank && first.position == second.position
        }

        static func < (first: Self, second: Self) -> Bool {
            first.merge.rank != second.merge.rank ? first.merge.rank < second.merge.rank : first.position < second.position
        }
    }

    private var symbols: [Symbol]
    private var candidates = Heap<Candidate>()

    private init(_ tokens: ArraySlice<Int32>, _ merges: MergeTable) {
        symbols = tokens.enumerated().map { Symbol(token: $1, previous: $0 - 1, next: $0 + 1 < tokens.count ? $0 + 1 : -1) }
        for position in symbols.indices { add(position, merges) }
    }

    private mutating func add(_ position: Int, _ merges: MergeTable) {
        guard position >= 0, symbols[position].next >= 0 else { return }
        let next = symbols[symbols[position].next]
        if let merge = merges.merge(symbols[position].token, next.token) {
            candidates.insert(Candidate(merge: merge, position: position))
        }
    }

    private mutating func run(_ merges: MergeTable) {
        while let candidate = candidates.popMin() {
            let symbol = symbols[candidate.position]
            guard !symbol.isMerged, symbol.next >= 0 else { continue }
            let next = symbols[symbol.next]
            // One of the two may have been merged with another since.
            guard merges.merge(symbol.token, next.token)?.token == candidate.merge.token else { continue }
            symbols[candidate.position].token = candidate.merge.token
            symbols[candidate.position].next = next.next
            symbols[symbol.next].isMerged = true
            if next.next >= 0 { symbols[next.next].previous = candidate.position }
            add(symbol.previous, merges)
            add(candidate.position, merges)
        }
    }

    private func append(to tokens: inout [Int32]) {
        var position = 0
        while position >= 0 {
            tokens.append(symbols[position].token)
            position = symbols[position].next
        }
    }
}
