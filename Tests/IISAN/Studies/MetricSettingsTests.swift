import Files
import Foundation
import Metrics
import TestSupport
import Testing
import Training

@testable import IISAN

/// `evaluate.metrics` and `train.select_by`, and studies of versions that knew neither.
@Suite(.oneAtATime) struct MetricSettingsTests {
    private func configuration(_ overrides: String...) throws -> Configuration {
        try Configuration(yaml: "", source: "test", overrides: overrides, folder: URL(filePath: "/tmp"))
    }

    @Test func settingsAreReadAndWritten() throws {
        let plain = try configuration()
        #expect(
            plain.evaluate.cardMetrics == Metric.usual() + Metric.beyondAccuracy && plain.evaluate.tableMetrics == Metric.papers
        )
        // What older versions trained is not trained again.
        #expect(plain.train.validationMetrics == Metric.papers && TrainSettings().changes == "" && plain.evaluate.changes == "")
        let named = try configuration("evaluate.metrics=[mrr, Coverage@5, HR@10]", "train.select_by=NDCG@10")
        #expect(named.evaluate.tableMetrics.map(\.name) == ["MRR", "Coverage@5", "HR@10"])
        #expect(named.evaluate.cardMetrics == named.evaluate.tableMetrics)
        #expect(named.train.validationMetrics.map(\.name) == ["NDCG@10", "HR@10"])
        #expect(named.train.changes.contains("select_by: NDCG@10\n"))
        #expect(try Configuration(yaml: named.yaml, source: "test", folder: URL(filePath: "/tmp")) == named)
    }

    @Test(arguments: [
        ("evaluate.metrics=[NDGC@10]", "evaluate.metrics", "Did you mean \"NDCG\"?"),
        ("evaluate.metrics=[HR]", "evaluate.metrics", "HR@10"), ("evaluate.metrics=[]", "evaluate.metrics", "[HR@10"),
        ("evaluate.metrics=[HR@10, hr@10]", "evaluate.metrics", "[HR@10"), ("evaluate.metrics=MRR", "evaluate.metrics", "list"),
        ("evaluate.metrics=[Coverage@5000]", "evaluate.metrics", "shorter"),
        ("train.select_by=Coverage@10", "train.select_by", "MRR"), ("train.select_by=best", "train.select_by", "Known here"),
    ]) func othersAreRefused(setting: String, place: String, says: String) {
        let error = #expect(throws: UserError.self) { try configuration(setting) }
        #expect(
            error?.description.contains(place) == true && error?.description.contains(says) == true,
            "\(error?.description ?? "")")
    }

    @Test func aStudyIsEvaluatedByWhatIsAskedFor() throws {
        try withTemporaryFolder { folder in
            let names = ["MRR", "Recall@5", "Coverage@10", "Novelty@10", "Diversity@10"]
            let result = try TinyShop(folder).compare(
                """
                base: config.yaml
                folder: s
                seeds: [1, 2]
                set: {train.epochs: 1, evaluate.metrics: [\(names.joined(separator: ", "))], train.select_by: MRR}
                variants:
                  - {name: iisan}
                  - {name: popularity, set: {train.method: popularity}}
                """
            ).run(using: InProcessRunner())
            #expect(result.isWhole && result.comparisons.map(\.users.metric) == ["MRR", "Recall@5"])
            let (iisan, popularity) = (try #require(result["iisan"]?.ranking), try #require(result["popularity"]?.ranking))
            #expect(iisan.seeds.metrics.map(\.name) == names && iisan.users.metrics == iisan.seeds.metrics)
            #expect(popularity.seeds.metrics.map(\.name) == Array(names.dropLast()), "popularity has no vectors")
            #expect(iisan.users[.coverage(10)] != nil && iisan.users[.coverage(10)]?.low == nil)
            #expect(popularity.users[.novelty(10)]?.low != nil)
            for (name, bounds) in [("Coverage@10", 0.1...1), ("Novelty@10", 3...12), ("Diversity@10", 0...2)] {
                for value in try #require(try iisan.seeds[.named(name)]).values { #expect(bounds.contains(value), "\(name)") }
            }
            let events = try RunDirectory(folder.appending(path: "s/iisan/seed-1")).readEvents()
            #expect(events[0].validation.names == ["MRR", "HR@10", "NDCG@10"])
            for text in names + ["warm MRR", "Novelty@10 (bits)"] { #expect(result.text.contains(text), "\(text)") }
            let csv = try String(contentsOf: folder.appending(path: "s/runs.csv"), encoding: .utf8)
            #expect(csv.hasPrefix("variant,seed,mrr,recall@5,coverage@10,novelty@10,diversity@10,validation_mrr,"))
            let curves = try String(contentsOf: folder.appending(path: "s/iisan/seed-1/report.html"), encoding: .utf8)
            #expect(curves.contains("Training loss and MRR on") && curves.contains("Novelty@10, bits"))
            #expect(try JSONFile.read(StudyResult.self, from: folder.appending(path: "s/study.json")) == result)
        }
    }

    @Test func aSearchChoosesByTheSelectedMetric() throws {
        try withTemporaryFolder { folder in
            let file = try TinyShop(folder).study(
                """
                study: tune
                base: config.yaml
                folder: s
                set: {train.method: id, train.select_by: MRR}
                search: {train.rate: [1e-5, 1e-2, 3e-3]}
                """)
            let result = try TuneStudy(file: file).plan(file).run(using: InProcessRunner())
            let found = result.variants.compactMap { $0.validation?.seeds[.reciprocalRank]?.mean.value }
            #expect(found.count == 3 && result.selectedBy == "MRR")
            #expect(result.chosen.flatMap { result[$0] }?.validation?.seeds[.reciprocalRank]?.mean.value == found.max())
            #expect(result.text.contains("MRR") && result.text.contains("on test: HR@10 "))
            let report = try String(contentsOf: folder.appending(path: "s/report.html"), encoding: .utf8)
            #expect(report.contains("Validation MRR, %") && !report.contains("Test MRR"))
        }
    }

    @Test func oldStudiesOpen() throws {
        let estimate = #"{"value": 0.5, "low": 0.25, "high": 0.75}"#
        let seeds =
            #"{"values": [0.25, 0.75], "mean": {"value": 0.5, "low": 0, "high": 1}, "deviation": 0.35, "standardError": 0.25}"#
        let group = #"{"users": 3, "hitRate": \#(estimate), "ndcg": \#(estimate)}"#
        let old = """
            {"formatVersion": 1, "kind": "compare", "reference": "a", "weights": {"time": 0.45, "parameters": 0.1, "memory": 0.45},
             "ceiling": {"hitRate": 0.9, "ndcg": 0.6}, "comparisons": [],
             "variants": [{"name": "a", "method": "iisan", "settings": [], "failures": [],
               "runs": [{"seed": 1, "folder": "a/seed-1", "bestEpoch": 2, "hitRate": 0.25, "ndcg": 0.125, "validationHitRate": 0.5,
                         "validationNDCG": 0.375, "gates": [], "shares": []},
                        {"seed": 2, "folder": "a/seed-2", "validationHitRate": 0.5, "gates": [], "shares": []}],
               "ranking": {"hitRate": \(seeds), "ndcg": \(seeds), "usersHitRate": \(estimate), "usersNDCG": \(estimate),
                 "warm": \(group), "cold": {"users": 0}, "tiedTargets": 0.5,
                 "breakdowns": [{"kind": "history length", "groups": [
                   {"least": 1, "most": 4, "users": 3, "hitRate": \(estimate), "ndcg": \(estimate)}]}]}}]}
            """
        let result = try JSONFile.decoder.decode(StudyResult.self, from: Data(old.utf8))
        let variant = try #require(result["a"])
        #expect(variant.runs[0].test == [.hitRate(10): Estimate(0.25), .ndcg(10): Estimate(0.125)])
        #expect(variant.runs[0].validation[.ndcg(10)]?.value == 0.375 && variant.runs[1].test.isEmpty)
        let ranking = try #require(variant.ranking)
        #expect(ranking.seeds[.hitRate(10)]?.values == [0.25, 0.75] && ranking.users.metrics == Metric.papers)
        #expect(ranking.warm.metrics[.ndcg(10)]?.low == 0.25 && ranking.cold.metrics.isEmpty)
        #expect(ranking.breakdowns[0].groups[0].metrics[.hitRate(10)]?.value == 0.5)
        #expect(result.ceiling?.metrics[.ndcg(10)]?.value == 0.6 && result.text.contains("90.00"))
        // What was under a key is there again.
        let written = try JSONFile.encode(result)
        #expect(try JSONFile.decoder.decode(StudyResult.self, from: written) == result)
        let text = String(decoding: written, as: UTF8.self)
        for key in ["usersHitRate", "usersNDCG", "validationHitRate", "validationNDCG", "hitRate", "ndcg"] {
            #expect(text.contains("\"\(key)\" :") || text.contains("\"\(key)\":"), "\(key)")
        }
    }
}
