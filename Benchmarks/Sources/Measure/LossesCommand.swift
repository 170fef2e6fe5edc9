import ArgumentParser
import Datasets
import Files
import Foundation
import Modeling
import Torch

/// `measure losses`: the first steps' losses of the fast item tower and of its plain form.
struct LossesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "losses",
        abstract: "Losses of the first steps, fast and plain, from the same parameters in float32 without dropout.")

    @OptionGroup var machine: MachineOptions
    @OptionGroup var work: WorkOptions

    @Option(help: "How many steps.")
    var steps = 100

    @Option(help: "Where the first parameters are written (safetensors), for PyTorch to start from.")
    var parameters: String?

    func run() throws {
        let device = try machine.prepare()
        let split = try work.split()
        let sampler = work.sampler(split)
        let fast = try work.recommender(split, dropout: 0, on: device)
        let same = try work.recommender(split, dropout: 0, on: device)
        guard let tower = same.itemTower as? SideNetworkTower else { throw UserError("the item tower has no plain form") }
        let plain = Recommender(same.parameters, itemTower: PlainTower(tower), userEncoder: same.userEncoder)
        if let parameters {
            try Weights.write(fast.parameters.all.map { ($0.key, $0.value) }, to: URL(filePath: parameters))
        }
        try printJSON(Losses(fast: losses(fast, sampler), plain: losses(plain, sampler)))
    }

    private func losses(_ recommender: Recommender, _ sampler: BatchSampler) throws -> [Double] {
        let adam = Adam(recommender.groups(heads: 2e-4, sideBlocks: 1e-4, encoders: 1e-4))
        return try (0..<steps).map { step in
            adam.clearGradients()
            let batch = sampler.batch(epoch: step / sampler.stepCount, step: step % sampler.stepCount)
            let loss = try recommender.loss(batch)
            try recommender.backward(loss)
            adam.update()
            return loss.item()
        }
    }

    private struct Losses: Encodable {
        let fast, plain: [Double]
        var largestRelativeDifference: Double { zip(fast, plain).map { abs($0 - $1) / abs($1) }.max() ?? 0 }

        enum Key: CodingKey { case fast, plain, largestRelativeDifference }
        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(fast, forKey: .fast)
            try values.encode(plain, forKey: .plain)
            try values.encode(largestRelativeDifference, forKey: .largestRelativeDifference)
        }
    }
}
