import Benchmark
import Datasets
import Foundation
import HiddenStates

/// Import, split, batches, and opening what was made.
func dataBenchmarks() {
    Benchmark("training-batch", configuration: .allocations) { benchmark in
        let sampler = try BatchSampler(SmallShop.usual.get().split, seed: 1)
        blackHole(sampler.batch(epoch: 0, step: 0))
        benchmark.countAllocations { blackHole(sampler.batch(epoch: 0, step: 1)) }
    }

    // Ten times the users take ten times as long.
    Benchmark("training-batch-growth", configuration: .ratio(below: 200)) { benchmark in
        let split = try SmallShop.usual.get().split
        let samplers = [640, 64].map { BatchSampler(split, batchSize: $0, seed: 1) }
        for sampler in samplers { blackHole(sampler.batch(epoch: 0, step: 0)) }
        benchmark.compare(
            { blackHole(samplers[0].batch(epoch: 0, step: 0)) }, with: { blackHole(samplers[1].batch(epoch: 0, step: 0)) },
            times: 10)
    }

    Benchmark("evaluation-batch", configuration: .allocations) { benchmark in
        let batches = try SmallShop.usual.get().split.evaluationBatches(.validation, size: 256)
        benchmark.countAllocations { blackHole(batches[batches.startIndex]) }
    }

    Benchmark("import", configuration: .allocations) { benchmark in
        let shop = try SmallShop.usual.get()
        try benchmark.countAllocations { try importAgain(shop) }
    }

    // Ten times the rows take ten times as long.
    Benchmark("import-growth", configuration: .ratio(below: 250)) { benchmark in
        let (large, usual) = try (SmallShop.large.get(), SmallShop.usual.get())
        try benchmark.compare({ try importAgain(large) }, with: { try importAgain(usual) }, times: 10)
    }

    Benchmark("split", configuration: .allocations) { benchmark in
        let dataset = try SmallShop.usual.get().dataset
        try benchmark.countAllocations { blackHole(try Split(dataset)) }
    }

    Benchmark("store-open", configuration: .allocations) { benchmark in
        let shop = try SmallShop.usual.get()
        try benchmark.countAllocations { blackHole(try shop.store(.text)) }
    }

    // Ten times the items take no longer: what is mapped is not read.
    Benchmark("store-open-growth", configuration: .ratio(below: 200)) { benchmark in
        let (large, usual) = try (SmallShop.large.get(), SmallShop.usual.get())
        try benchmark.compare({ blackHole(try large.store(.text)) }, with: { blackHole(try usual.store(.text)) })
    }
}

private func importAgain(_ shop: SmallShop) throws {
    let folder = shop.folder.appending(path: "again")
    try? FileManager.default.removeItem(at: folder)
    blackHole(try DatasetImport(SmallShop.source(shop.folder)).run(to: folder))
}
