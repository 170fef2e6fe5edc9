import Foundation
import TestSupport
import Testing

/// Stages that are killed at random moments come to the same end when they are called again.
@Suite(.serialized) struct KillTests {
    @Test(arguments: TriedShop.stages) func aKilledStageEndsAsAnUndisturbedOne(_ stage: TriedShop.Stage) throws {
        try withTemporaryFolder { folder in try killAndCompare(stage, of: TriedShop(folder)) }
    }

    @Test(.enabled(if: Torture.stages.isEmpty || Torture.stages.contains("pull")))
    func aKilledPullEndsAsAnUndisturbedOne() throws {
        let hub = FakeHub(weights: Array(repeatElement(FakeHub.weights, count: 400).joined()))
        defer { hub.stop() }
        let pull = TriedShop.Stage(
            name: "pull", arguments: ["models", "pull", "org/model", "--endpoint", hub.hub.address, "--cache", "hub/models"],
            outputs: ["hub"])
        try withTemporaryFolder { folder in try killAndCompare(pull, of: TriedShop(folder)) }
    }

    /// Kills a stage as often as asked for, and compares what it made in the end with what it makes undisturbed.
    private func killAndCompare(_ stage: TriedShop.Stage, of tried: TriedShop) throws {
        try tried.prepare(stage)
        let clock = ContinuousClock()
        let duration = try clock.measure { try tried.finish(stage) } / .seconds(1)
        let calm = try tried.contents(stage)
        #expect(!calm.files.isEmpty)

        var random = SeededGenerator(seed: 11)
        var kills = 0
        while kills < Torture.kills {
            try tried.reset(stage)
            kills += try kill(stage, of: tried, within: 1.1 * duration, atMost: Torture.kills - kills, using: &random)
            try tried.contents(stage).expect(calm, "\(stage.name) after \(kills) kills")
        }
    }

    /// Starts a stage and kills it, again and again, until it gets through; returns how often it was killed.
    private func kill(
        _ stage: TriedShop.Stage, of tried: TriedShop, within longest: Double, atMost most: Int,
        using random: inout SeededGenerator
    ) throws -> Int {
        let errors = FileManager.default.temporaryDirectory.appending(path: "iisan-errors-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: errors) }
        for kills in 0..<most {
            let process = try CommandLine.start(stage.arguments, in: tried.folder, errors: errors)
            let end = Date(timeIntervalSinceNow: .random(in: 0...longest, using: &random))
            while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.002) }
            if process.isRunning {
                Foundation.kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            } else if process.terminationStatus == 0 {
                return kills
            } else if isThere(stage, in: tried) {
                // Killed after all was in place: generate and import say that it is there, and so do lists.
                return kills
            } else {
                let said = try String(contentsOf: errors, encoding: .utf8)
                Issue.record("\(stage.name) ended with \(process.terminationStatus) after \(kills) kills: \(said)")
                return kills
            }
        }
        if !isThere(stage, in: tried) { try tried.finish(stage) }
        return most
    }

    /// Whether a stage that refuses to do its work again has done it.
    private func isThere(_ stage: TriedShop.Stage, in tried: TriedShop) -> Bool {
        stage.whole.map { FileManager.default.fileExists(atPath: tried.folder.appending(path: $0).path) } ?? false
    }
}
