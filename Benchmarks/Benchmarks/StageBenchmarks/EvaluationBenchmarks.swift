import Benchmark
import Ranking

/// Ranking the catalogue for every user.
func evaluationBenchmarks() {
    Benchmark("ranking", configuration: .allocations) { benchmark in
        let shop = try SmallShop.usual.get()
        let recommender = try shop.recommender()
        let evaluator = Evaluator(shop.split)
        let score = try evaluator.score(recommender)
        blackHole(try evaluator.ranks(score, .validation))
        try benchmark.countAllocations { blackHole(try evaluator.ranks(score, .validation)) }
    }
}
