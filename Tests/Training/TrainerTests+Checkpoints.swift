import Datasets
import Ranking
import Files
import Foundation
import Metrics
import Modeling
import TestModels
import TestSupport
import Testing
import Torch

@testable import Training

/// What becomes of checkpoints that are damaged, and of what a killed training leaves.
extension TrainerTests {
    @Test func damagedCheckpointsAreErrors() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            try trainer(world, run, options(epochs: 1)).1.train()
            let state = run.appending(path: "checkpoints/last/state.json")
            let known = try String(contentsOf: state, encoding: .utf8)
            try AtomicFile.write(known.replacing("\"formatVersion\" : 1", with: "\"formatVersion\" : 2"), to: state)
            let error = #expect(throws: UserError.self) { try RunDirectory(run).last.state() }
            #expect(error?.problem.contains("version 2") == true)
            try AtomicFile.write(known, to: state)
            for name in ["model.safetensors", "optimiser.safetensors", "random.safetensors", "state.json"] {
                let file = run.appending(path: "checkpoints/last/\(name)")
                let whole = try Data(contentsOf: file)
                try whole.prefix(whole.count / 2).write(to: file)
                #expect(throws: UserError.self, "\(name)") { try trainer(world, run, options(epochs: 2)) }
                try whole.write(to: file)
            }
        }
    }

    /// What happens to a checkpoint.
    private func harm(_ checkpoint: Checkpoint, _ damage: String) throws {
        let model = checkpoint.folder.appending(path: "model.safetensors")
        switch damage {
        case "gone": try FileManager.default.removeItem(at: checkpoint.folder)
        case "empty":
            for name in try FileManager.default.contentsOfDirectory(atPath: checkpoint.folder.path) {
                try FileManager.default.removeItem(at: checkpoint.folder.appending(path: name))
            }
        case "cut": try Data(contentsOf: model).dropLast(5).write(to: model)
        case "a byte":
            var bytes = try Data(contentsOf: model)
            bytes[bytes.count - 3] ^= 1
            try bytes.write(to: model)
        default: try FileManager.default.removeItem(at: checkpoint.folder.appending(path: damage))
        }
    }

    @Test(arguments: ["gone", "empty", "cut", "a byte", "model.safetensors", "state.json", "random.safetensors"])
    func aDamagedCheckpointIsMadeAgainOfTheOtherOrNamed(_ damage: String) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            /// A finished run whose epoch `best` of 3 was the best.
            func run(_ name: String, best: Int) throws -> RunDirectory {
                var epoch = 0
                let run = RunDirectory(folder.appending(path: name))
                let (_, trainer) = try trainer(world, run.folder, options(epochs: 3)) { _ in
                    epoch += 1
                    return Validation([.hitRate(10): Estimate(epoch == best ? 0.5 : 0.1), .ndcg(10): Estimate(0)])
                }
                try trainer.train()
                #expect(try run.mendCheckpoints() == .whole)
                return run
            }
            func model(_ checkpoint: Checkpoint) throws -> Data {
                try Data(contentsOf: checkpoint.folder.appending(path: "model.safetensors"))
            }
            // The best epoch is the last one: nothing is lost.
            let same = try run("same", best: 3)
            let bytes = try model(same.best)
            try harm(same.best, damage)
            guard case .mended = try same.mendCheckpoints() else { return #expect(Bool(false), "is not mended") }
            #expect(try model(same.best) == bytes && same.mendCheckpoints() == .whole)
            // An earlier one: its numbers are gone.
            let earlier = try run("earlier", best: 1)
            try harm(earlier.best, damage)
            guard case .lost(let what) = try earlier.mendCheckpoints() else { return #expect(Bool(false), "is not lost") }
            #expect(what.contains("best epoch, 1"))
            // Without the last one training goes on after the best, to the numbers it had.
            let later = try run("later", best: 2)
            let last = try model(later.last)
            try harm(later.last, damage)
            guard case .mended = try later.mendCheckpoints() else { return #expect(Bool(false), "is not mended") }
            let (_, again) = try trainer(world, later.folder, options(epochs: 3)) { _ in
                Validation([.hitRate(10): Estimate(0.1), .ndcg(10): Estimate(0)])
            }
            #expect(again.progress.epoch == 2)
            try again.train()
            #expect(try model(later.last) == last)
            try harm(later.last, damage)
            try harm(later.best, damage)
            guard damage != "gone" else { return }
            guard case .lost = try later.mendCheckpoints() else { return #expect(Bool(false), "is not lost") }
        }
    }

    @Test func whatAKilledTrainingLeavesGoesWhenItGoesOn() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = RunDirectory(folder.appending(path: "run"))
            try trainer(world, run.folder, options(epochs: 1)).1.train()
            let checkpoints = run.folder.appending(path: "checkpoints")
            let files = FileManager.default
            // A kill while the best checkpoint was written, and one between two renames of the last.
            try files.copyItem(at: run.best.folder, to: checkpoints.appending(path: ".best.123-4.partial"))
            try files.moveItem(at: run.last.folder, to: checkpoints.appending(path: ".last.123-5.old"))
            #expect(try trainer(world, run.folder, options(epochs: 2)).1.progress.epoch == 1)
            #expect(try files.contentsOfDirectory(atPath: checkpoints.path).sorted() == ["best", "last"])
        }
    }
}
