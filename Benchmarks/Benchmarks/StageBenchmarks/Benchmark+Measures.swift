import Benchmark
import CAllocations

extension Benchmark {
    /// Registers how many pieces of memory `body` asks for.
    func countAllocations(_ body: () throws -> Void) rethrows {
        let before = allocation_count()
        try body()
        measurement(.allocations, Int(allocation_count() - before))
    }

    /// Registers the time of `first`, which does `times` as much work, over `times` the time of `second`: the quickest of three turns each.
    func compare(_ first: () throws -> Void, with second: () throws -> Void, times: Int = 1) rethrows {
        let clock = ContinuousClock()
        var best = (Duration.seconds(1 << 20), Duration.seconds(1 << 20))
        for _ in 0..<3 {
            best.0 = min(best.0, try clock.measure(first))
            best.1 = min(best.1, try clock.measure(second))
        }
        measurement(.ratio, Int((100 * (best.0 / best.1) / Double(times)).rounded()))
    }
}
