import Benchmark
import Datasets
import Modeling
import Torch

/// Steps of training.
func trainingBenchmarks() {
    Benchmark("training-step", configuration: .allocations) { benchmark in
        let steps = try Steps()
        try steps.run()
        try benchmark.countAllocations { try steps.run() }
    }

    Benchmark("item-tower-over-plain-form", configuration: .ratio(below: 100)) { benchmark in
        let steps = try Steps()
        guard let tower = steps.recommender.itemTower as? SideNetworkTower else { return }
        let items = Tensor.range(0..<512)
        try benchmark.compare(
            { try tower.vectors(of: items, training: true).sum().backward() },
            with: { try tower.stages(of: items, training: true).vectors.sum().backward() })
    }
}

/// A recommender, its optimiser and a batch.
private struct Steps {
    let recommender: Recommender
    private let adam: Adam
    private let batch: TrainingBatch

    init() throws {
        let shop = try SmallShop.usual.get()
        recommender = try shop.recommender()
        adam = Adam(recommender.groups(heads: 2e-4, sideBlocks: 1e-4, encoders: 1e-4))
        batch = BatchSampler(shop.split, seed: 1).batch(epoch: 0, step: 0)
    }

    /// One step, as the training loop does it.
    func run() throws {
        adam.clearGradients()
        try recommender.backward(recommender.loss(batch))
        adam.update()
    }
}
