import Benchmark
import Torch

/// What each stage may cost: allocations, and ratios of time; never seconds, which are the machine's.
let benchmarks: @Sendable () -> Void = {
    // Threads would make allocations differ from run to run.
    LibTorch.threads = 1
    Benchmark.shutdownHook = { SmallShop.removeAll() }
    dataBenchmarks()
    trainingBenchmarks()
    evaluationBenchmarks()
}

extension BenchmarkMetric {
    /// Pieces of memory asked for.
    static let allocations = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller, useScalingFactor: false)
    /// Time over the time of something that it is compared with, in per cent.
    static let ratio = BenchmarkMetric.custom("Ratio, %", polarity: .prefersSmaller, useScalingFactor: false)
}

extension Benchmark.Configuration {
    /// Counts allocations; a static threshold may be missed by five in a hundred.
    static var allocations: Benchmark.Configuration {
        Benchmark.Configuration(
            metrics: [.allocations], warmupIterations: 2, maxDuration: .seconds(5), maxIterations: 10,
            thresholds: [.allocations: BenchmarkThresholds(relative: [.p90: 5])])
    }

    /// Measures a ratio of times, which has to stay below a limit: the static threshold is 0, and so much may be missed.
    static func ratio(below limit: Int) -> Benchmark.Configuration {
        Benchmark.Configuration(
            metrics: [.ratio], warmupIterations: 1, maxDuration: .seconds(10), maxIterations: 5,
            thresholds: [.ratio: BenchmarkThresholds(absolute: [.p90: limit])])
    }
}
