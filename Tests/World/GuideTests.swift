import Testing

@testable import World

@Suite struct GuideTests {
    /// Lists with equal, empty and very unequal parts.
    @Test(arguments: [1, 2, 7, 64]) func theFirstPlaceAboveAShareLiesBetweenThoseOfTheGuide(parts: Int) {
        var random = SeededRandom(seed: 8, stream: .user)
        let lists: [[Double]] = [
            [1], [0, 0, 3], [2, 0, 0, 1], Array(repeating: 1, count: 50), (0..<50).map { _ in random.uniform() },
            (0..<50).map { $0 == 20 ? 1e9 : random.uniform() },
        ]
        var guide = Guide<Int32>(lists: lists.count, parts: parts)
        var running: [[Double]] = []
        for list in lists {
            var sum = 0.0
            running.append(
                list.map {
                    sum += $0
                    return sum
                })
            guide.append(0..<list.count) { running[running.count - 1][$0] }
        }
        let ends = [Share(bits: 0), Share(bits: 1 << 53 - 1), Share(bits: 1 << 52), Share(bits: 1 << 52 - 1)]
        var wrong: [(list: Int, share: Share)] = []
        for share in ends + (0..<2_000).map({ _ in random.share() }) {
            for (index, sums) in running.enumerated() {
                let goal = share.value * sums[sums.count - 1]
                let place = sums.firstIndex { $0 > goal }!
                let (low, high) = guide.places(of: share, list: index)
                let found = sums.firstAbove(share, of: 0..<sums.count, from: low, through: high)
                if !(low...high).contains(place) || found != place { wrong.append((index, share)) }
            }
        }
        #expect(wrong.isEmpty)
    }
}
