import ArgumentParser
import Ranking
import Files
import Foundation
import Metrics
import Torch
import Training

/// `measure training`: epochs and validations as `iisan train` runs them.
struct TrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Time steps, epochs and the evaluation of all users after each; and memory.")

    @OptionGroup var machine: MachineOptions
    @OptionGroup var work: WorkOptions

    @Option(help: "float32 or bfloat16.")
    var precision = TrainingOptions.Precision.float32

    @Option(help: "Epochs; the first one also brings the states from the disk into memory.")
    var epochs = 2

    @Flag(inversion: .prefixedNo, help: "Whether a GPU records steps and replays them.")
    var capture = true

    func run() throws {
        let device = try machine.prepare()
        // LibTorch's own start-up: its library, and the threads and buffers of a first product.
        _ = Tensor.ones([64, 64], on: device).matmul(.ones([64, 64], on: device)).sum().item()
        let start = ResidentMemory.now
        let split = try work.split()
        let recommender = try work.recommender(split, on: device)
        var options = TrainingOptions()
        (options.epochs, options.patience, options.precision) = (epochs, epochs, precision)
        (options.batchSize, options.seed, options.capture) = (work.batchSize, work.seed, capture)
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-measure-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let evaluator = Evaluator(split)
        var peak = start
        let trainer = try Trainer(recommender, work.sampler(split), options, RunDirectory(folder)) { recommender in
            let ranks = try evaluator.ranks(recommender, .validation)
            peak.raise(to: .now)
            return Validation(RankingSummary(of: ranks, metrics: Metric.papers, resamples: 0).metrics)
        }
        let clock = ContinuousClock()
        var (steps, last): ([Double], ContinuousClock.Instant?) = ([], nil)
        var events: [TrainingEvent] = []
        MemoryUse.resetPeak(of: device)
        _ = try trainer.train(
            onProgress: { progress in
                let now = clock.now
                if let last, progress.done > 1 { steps.append((now - last) / .seconds(1)) }
                if progress.done % 16 == 0 { peak.raise(to: .now) }
                last = clock.now
            },
            onEvent: { events.append($0) })
        try printJSON(
            Measured(
                precision: precision, device: "\(device)", threads: LibTorch.threads, epochSeconds: events.map(\.seconds),
                // An accelerator only takes orders in a step; there a step is what an epoch has of them.
                stepSeconds: device.kind == .cpu ? steps : events.map { $0.seconds / Double(work.sampler(split).stepCount) },
                evaluationSeconds: events.map(\.validationSeconds), losses: events.map(\.loss), memory: peak.above(start),
                deviceMemory: device.kind == .cpu ? nil : MemoryUse.of(device).peak))
    }

    private struct Measured: Encodable {
        let precision: TrainingOptions.Precision
        let device: String
        let threads: Int
        let epochSeconds, stepSeconds, evaluationSeconds, losses: [Double]
        let memory: ResidentMemory
        let deviceMemory: Int?
    }
}

extension TrainingOptions.Precision: ExpressibleByArgument {}
