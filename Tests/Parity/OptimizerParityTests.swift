import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Training

/// A golden case of an optimiser. The format is told in Tools/Reference/README.md.
struct OptimizerFixture: CustomTestStringConvertible, Sendable {
    struct Configuration: Decodable, Sendable {
        struct Group: Decodable, Sendable {
            let rate: Double
            let parameters: [String: [Int]]
        }
        let optimizer, decayed: String
        let decay: Double
        let clip_norm, average: Double?
        let schedule: TrainingOptions.Schedule?
        let warmup_steps: Int?
        let steps: Int
        let groups: [String: Group]
        let matrices: [String]
    }

    let folder: URL
    let configuration: Configuration
    var testDescription: String { folder.lastPathComponent }

    /// All cases of `Fixtures/Optimizers`.
    static func all() -> [OptimizerFixture] {
        let root = fixture("Optimizers")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        precondition(!names.isEmpty, "there are no fixtures in \(root.path)")
        return names.sorted().map { name in
            let folder = root.appending(path: name)
            do {
                return OptimizerFixture(
                    folder: folder,
                    configuration: try JSONFile.read(Configuration.self, from: folder.appending(path: "fixture.json")))
            } catch { preconditionFailure("\(error)") }
        }
    }
}

/// Ten steps of Adam and AdamW with two groups, clipping, schedule and average against PyTorch's, step by step.
@Suite(.oneAtATime) struct OptimizerParityTests {
    @Test(arguments: OptimizerFixture.all()) func tenSteps(_ fixture: OptimizerFixture) throws {
        for device in [Device.cpu, .standIn] { try tenSteps(fixture, on: device) }
    }

    private func tenSteps(_ fixture: OptimizerFixture, on device: Device) throws {
        let configuration = fixture.configuration
        let tensors = try Weights(file: fixture.folder.appending(path: "fixture.safetensors"))
        let all = Parameters(on: device)
        var groups: [OptimizerGroup] = []
        for (name, group) in configuration.groups.sorted(by: { $0.key < $1.key }) {
            for isDecayed in [true, false] {
                let own = try group.parameters.sorted { $0.key < $1.key }.filter { name, _ in
                    let decays =
                        configuration.decayed == "all"
                        || (configuration.decayed == "matrices" && configuration.matrices.contains(name))
                    return decays == isDecayed
                }.map { name, shape in
                    let parameter = try all(name, shape, .zeros)
                    try withoutGradients { parameter.copy(from: try tensors.tensor("start.\(name)", shape: shape)) }
                    return (name, parameter)
                }
                if own.isEmpty { continue }
                groups.append(
                    OptimizerGroup(
                        name, .init(uniqueKeysWithValues: own), rate: group.rate,
                        weightDecay: isDecayed ? configuration.decay : 0))
            }
        }
        let optimizer: any Optimizer = configuration.optimizer == "Adam" ? Adam(groups) : AdamW(groups)
        let schedule = RateSchedule(
            configuration.schedule ?? .constant, warmupSteps: configuration.warmup_steps ?? 0, steps: configuration.steps)
        let average = configuration.average.map { ParameterAverage(of: all.all, decay: $0) }
        let factors = try tensors.tensor("factors").array(of: Double.self)
        for step in 0..<configuration.steps {
            optimizer.clearGradients()
            let products = try all.all.compactMap { name, parameter in
                name == "gates" && step < 3
                    ? nil : try (parameter * tensors.tensor("gradients.\(name)").selected(0, step).to(device)).sum()
            }
            Tensor.stacked(products).sum().backward()
            if let bound = configuration.clip_norm {
                let norm = try #require(optimizer.clipGradients(to: bound))
                try expectEqual(
                    norm.to(.cpu), tensors.tensor("norms").selected(0, step), "norm of step \(step)", tolerance: 1e-6)
            }
            #expect(abs(schedule.factor(step: step) - factors[step]) < 1e-12)
            optimizer.update(rateFactor: schedule.factor(step: step))
            average?.update(step: step)
            for (name, parameter) in all.all {
                let expected = try tensors.tensor("values.\(name)").selected(0, step)
                try expectEqual(parameter.to(.cpu), expected, "\(name) after step \(step)", tolerance: 1e-6)
                guard let average else { continue }
                try expectEqual(
                    try #require(average.values[name]).to(.cpu), tensors.tensor("averages.\(name)").selected(0, step),
                    "average of \(name) after step \(step)", tolerance: 1e-6)
            }
        }
    }
}
