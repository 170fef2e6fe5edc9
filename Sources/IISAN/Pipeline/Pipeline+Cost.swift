import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Torch
import Training

extension Pipeline {
    /// What training took, from the epochs' events, or from some steps that were timed alone.
    func cost(_ recommender: Recommender, _ dataset: Dataset, measured: [Double]? = nil) throws -> RunCost {
        let steps = BatchSampler(
            try split(of: dataset), batchSize: configuration.train.training.batchSize, seed: configuration.train.training.seed
        ).stepCount
        let events = measured == nil ? try run.readEvents() : []
        let stores = try stores(dataset)
        var cost = try RunCost(
            secondsPerEpoch: Self.median(measured ?? events.map(\.seconds)) * (measured == nil ? 1 : Double(steps)),
            stepsPerEpoch: steps, epochs: events.count, trainableParameters: recommender.trainableCount,
            totalParameters: recommender.totalCount,
            peakMemory: events.map(\.peakMemory).max() ?? MemoryUse.of(device).peak,
            storeBytes: stores.reduce(0) { $0 + $1.itemCount * $1.bytesPerItem })
        let seconds = stores.map { EncodingTime.read(of: $0)?.seconds }
        if !seconds.isEmpty, !seconds.contains(nil) { cost.encodingSeconds = seconds.reduce(0) { $0 + ($1 ?? 0) } }
        cost.isExtrapolated = measured != nil
        cost.measuredSteps = measured?.count
        return cost
    }

    /// Writes the result of a run that only measured its cost.
    func write(_ cost: RunCost, _ dataset: Dataset) throws {
        try JSONFile.write(cost, to: run.cost)
        try JSONFile.write(resultWithoutRanks(dataset), to: run.result)
    }

    private static func median(_ values: [Double]) -> Double {
        let ordered = values.sorted()
        if ordered.isEmpty { return 0 }
        let middle = ordered.count / 2
        return ordered.count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
    }
}
