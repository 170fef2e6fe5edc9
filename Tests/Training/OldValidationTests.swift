import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Ranking
import TestModels
import TestSupport
import Testing

@testable import Training

/// Events and checkpoints of versions whose validation was HR@10 and NDCG@10 alone.
@Suite(.oneAtATime) struct OldValidationTests {
    @Test func oldLinesOpen() throws {
        let event = try JSONFile.decoder.decode(
            TrainingEvent.self,
            from: Data(
                #"{"epoch":2,"isBest":true,"loss":1.5,"peakMemory":9,"seconds":1,"validation":{"hitRate":0.25,"ndcg":0.125},"validationSeconds":2}"#
                    .utf8))
        #expect(event.validation == Validation([.hitRate(10): Estimate(0.25), .ndcg(10): Estimate(0.125)]))
        #expect(event.validation.score == 0.25 && event.validation["NDCG@10"] == 0.125 && event.validation["MRR"] == nil)
        #expect(event.scalars.map(\.tag)[1...2] == ["validation/HR@10", "validation/NDCG@10"])
        let written = try String(decoding: JSONFile.encoder().encode(event), as: UTF8.self)
        #expect(written.contains(#""hitRate":0.25"#) && written.contains(#""ndcg":0.125"#))
        #expect(try JSONFile.decoder.decode(TrainingEvent.self, from: Data(written.utf8)) == event)
        let state = try JSONFile.decoder.decode(
            TrainingState.self,
            from: Data(
                #"{"best":{"epoch":2,"validation":{"hitRate":0.25,"ndcg":0.125}},"epoch":2,"epochSeconds":0,"evaluationsWithoutBetter":0,"events":2,"formatVersion":1,"isFinished":false,"lossSum":0,"step":0}"#
                    .utf8))
        #expect(state.best?.validation == event.validation)
        #expect(throws: DecodingError.self) { try JSONFile.decoder.decode(Validation.self, from: Data("{}".utf8)) }
        #expect(throws: DecodingError.self) {
            try JSONFile.decoder.decode(Validation.self, from: Data(#"{"metrics": []}"#.utf8))
        }
    }

    /// The metric that comes first decides, whatever the others say.
    @Test func theFirstMetricDecides() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = RunDirectory(folder.appending(path: "run"))
            var epoch = 0
            try trainer(world, run, epochs: 3) { _ in
                epoch += 1
                return Validation([
                    .reciprocalRank: Estimate([0.1, 0.3, 0.2][epoch - 1]), .hitRate(10): Estimate([0.1, 0.2, 0.9][epoch - 1]),
                ])
            }.train()
            #expect(try run.best.state().best?.epoch == 2)
            #expect(try run.readEvents().map(\.isBest) == [true, true, false])
            #expect(try run.readEvents()[0].validation.names == ["MRR", "HR@10"])
        }
    }

    private func trainer(
        _ world: SmallWorld, _ run: RunDirectory, epochs: Int, validate: @escaping (Recommender) throws -> Validation
    ) throws -> Trainer {
        var options = TrainingOptions()
        (options.epochs, options.batchSize, options.rate) = (epochs, 8, 1e-3)
        return try Trainer(
            world.recommender(), BatchSampler(world.split, batchSize: options.batchSize, seed: options.seed), options, run,
            validate: validate)
    }

    /// A training that an older version began goes on to the same numbers.
    @Test func anOldCheckpointGoesOnExactly() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            func ranked(_ recommender: Recommender) throws -> Validation {
                let ranks = try Evaluator(world.split).ranks(recommender, .validation)
                return Validation(
                    RankingSummary(of: ranks, metrics: Metric.papers, resamples: 0).metrics.mapValues { Estimate($0.value) })
            }
            let (whole, old) = (RunDirectory(folder.appending(path: "whole")), RunDirectory(folder.appending(path: "old")))
            try trainer(world, whole, epochs: 4, validate: ranked).train()

            let stop = StopToken()
            #expect(throws: CancellationError.self) {
                try trainer(world, old, epochs: 4, validate: ranked).train(
                    onEvent: { if $0.epoch == 2 { stop.request() } }, stop: stop)
            }
            // The files as the older version wrote them.
            for file in [
                old.events, old.last.folder.appending(path: "state.json"), old.best.folder.appending(path: "state.json"),
            ] {
                let text = try String(contentsOf: file, encoding: .utf8)
                let stripped = text.replacing(/"metrics"\s*:\s*\[[^\]]*\]\s*,?/, with: "")
                #expect(stripped != text && !stripped.contains("metric") && stripped.contains("hitRate"))
                try AtomicFile.write(stripped.replacing(/,\s*\}/, with: "}"), to: file)
            }
            try trainer(world, old, epochs: 4, validate: ranked).train()
            let (events, others) = (try whole.readEvents(), try old.readEvents())
            #expect(events.map(\.loss) == others.map(\.loss) && events.map(\.validation) == others.map(\.validation))
            #expect(events.map(\.isBest) == others.map(\.isBest) && others.count == 4)
            for (one, other) in [(whole.last, old.last), (whole.best, old.best)] {
                let name = "model.safetensors"
                #expect(
                    try Data(contentsOf: one.folder.appending(path: name))
                        == Data(contentsOf: other.folder.appending(path: name)))
            }
        }
    }
}
