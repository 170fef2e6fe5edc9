import Files
import Foundation
import Metrics
import TestSupport
import Testing

@testable import IISAN

/// Of ranks: the share of users whose target comes first.
private struct First: RankMeasure {
    var name: String { "First" }
    var needsCutoff: Bool { false }
    func value(rank: Int, cutoff: Int?) -> Double { rank == 1 ? 1 : 0 }
}

/// Of lists: the mean number of items in a list.
private struct Length: ListMeasure {
    var name: String { "Length" }
    var unit: MetricUnit { .number }
    func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate? {
        bootstrap.mean(of: lists.means(of: cutoff) { Double($0.count) })
    }
}

/// Metrics that this file alone knows show up wherever HR@10 does.
@Suite(.oneAtATime) struct AddedMetricTests {
    private let metrics: [Metric] = [.hitRate(10), Metric(First(), at: nil), Metric(Length(), at: 3)]

    @Test func aRunHasThemOnItsCardAndInItsTables() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            var configuration = try Configuration(
                folder.appending(path: "config.yaml"), overrides: ["train.method=popularity"])
            configuration.evaluate.metrics = metrics
            let pipeline = Pipeline(configuration)
            try pipeline.runAll()
            let card = try #require(try RunResult.read(from: pipeline.run.result).test)
            #expect(card.all.metrics.metrics == metrics && card.all[metrics[2]]?.value == 3)
            #expect(card.text.contains("First") && card.text.contains("Length@3  3.000 (3.000 to 3.000)"))
            let ranks = try RankTable(pipeline.run.ranks(.test)).ranks
            #expect(card.all[metrics[1]]?.value == Double(ranks.count { $0.rank == 1 && $0.isReachable }) / Double(ranks.count))
            func text(_ name: String) throws -> String {
                try String(contentsOf: pipeline.run.folder.appending(path: name), encoding: .utf8)
            }
            #expect(try text("table.csv").hasPrefix("method,hr@10,hr@10_low,hr@10_high,first,first_low,first_high,length@3,"))
            #expect(try text("table.md").contains("| HR@10, % | First, % | Length@3 |"))
            #expect(try text("report.html").contains("First, %, by history length"))
        }
    }

    @Test func aStudyHasThemInItsTables() throws {
        try withTemporaryFolder { folder in
            func table(_ ranks: [Int]) -> RankTable {
                RankTable(
                    ranks.enumerated().map {
                        .init(user: $0, target: $0, rank: TargetRank(rank: $1), historyLength: 3, targetCount: 2)
                    })
            }
            func card(_ table: RankTable, length: Double) -> EvaluationCard {
                var card = EvaluationCard(
                    of: table.ranks,
                    procedure: .init(
                        split: "test", splitRule: "", historyKept: 1, maskingRule: "", tieRule: "", catalogueSize: 9,
                        datasetHash: "", resamples: 0), metrics: [])
                card.all.metrics[metrics[2]] = Estimate(length)
                return card
            }
            let variants = try [("a", [1, 1, 20]), ("b", [1, 5, 20])].map { name, ranks in
                let table = table(ranks)
                let cards = [card(table, length: 2), card(table, length: 3)]
                return StudyResult.Variant(
                    name: name, method: name, settings: [],
                    runs: cards.enumerated().map { seed, card in
                        .init(
                            seed: UInt64(seed), folder: "\(name)/\(seed)", test: table.values(metrics, card: card), gates: [],
                            shares: [])
                    }, failures: [], ranking: try .init(of: [table, table], metrics, cards: cards))
            }
            let result = StudyResult(
                kind: StudyKind(CompareStudy.self), reference: "a", variants: variants, comparisons: [], weights: TPME.Weights()
            )
            #expect(result["a"]?.ranking?.users[metrics[1]]?.value == 2 / 3.0)
            #expect(
                result["a"]?.ranking?.seeds[metrics[2]]?.values == [2, 3]
                    && result["a"]?.ranking?.warm.metrics.metrics == Array(metrics.prefix(2)))
            for text in ["First", "66.67", "Length@3", "2.500"] {
                #expect(result.text.contains(text), "\(text)\n\(result.text)")
            }
            let file = folder.appending(path: "study.yaml")
            try AtomicFile.write("study: compare\n", to: file)
            let report = try result.report(file, in: folder)
            #expect(report.csvTable.contains(",first,first_seed_low,") && report.csvTable.contains(",length@3,"))
            #expect(report.runsTable.contains("variant,seed,hr@10,first,length@3,validation_hr@10,"))
            #expect(report.markdownTable.contains("| HR@10, % | First, % | Length@3 |") && report.html.contains("First, %, by"))
            // Whoever reads the file without these metrics still has their names and numbers.
            let read = try JSONFile.decoder.decode(StudyResult.self, from: JSONFile.encode(result))
            #expect(read == result && read.text.contains("Length@3"))
        }
    }
}
