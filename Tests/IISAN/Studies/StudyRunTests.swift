import Metrics
import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Studies made in this process on a tiny world.
@Suite(.oneAtATime) struct StudyRunTests {
    private let yaml = """
        base: config.yaml
        folder: s
        seeds: [1, 2]
        variants:
          - {name: iisan}
          - {name: id, set: {train.method: id}, seeds: [1], measure_steps: 2}
          - {name: popularity, set: {train.method: popularity}, note: nothing is learned}

        """

    @Test func variantsAreSetSideBySideAndFinishedRunsAreKept() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let result = try shop.compare(yaml).run(using: InProcessRunner())
            #expect(result.isWhole && result.variants.map(\.name) == ["iisan", "id", "popularity"])
            let iisan = try #require(result["iisan"])
            let ranking = try #require(iisan.ranking)
            #expect(
                ranking.seeds[.hitRate(10)]?.values == iisan.runs.compactMap { $0.test[.hitRate(10)]?.value }
                    && iisan.runs.map(\.seed) == [1, 2])
            #expect(abs(ranking.users[.hitRate(10)]!.value - ranking.seeds[.hitRate(10)]!.mean.value) < 1e-12)
            #expect(ranking.warm.users + ranking.cold.users == 60 && ranking.cold.users > 0)
            #expect(iisan.runs[0].gates.map(\.tower) == ["image", "text", "inter"])
            #expect(iisan.layers?[.text] == [0, 1, 2, 3, 4, 5, 6])
            #expect(iisan.cost?.isExtrapolated == false && result["id"]?.cost?.isExtrapolated == true)
            #expect(result["id"]?.cost?.measuredSteps == 2)
            #expect(result["popularity"]?.cost == nil && result["popularity"]?.runs.count == 1)
            // Two variants against the reference, on two metrics.
            #expect(result.comparisons.count == 4 && result.comparisons.allSatisfy { $0.family == 4 && $0.second == "iisan" })
            #expect(result.ceiling != nil && result["iisan"]?.tpme != nil)
            #expect(try JSONFile.read(StudyResult.self, from: folder.appending(path: "s/study.json")) == result)
            for text in ["against iisan", "of 2 steps", "popularity: nothing is learned", "Holm"] {
                #expect(result.text.contains(text), "\(text)")
            }
            for name in ["report.html", "table.md", "table.csv", "runs.csv", "curves.svg"] {
                #expect(FileManager.default.fileExists(atPath: folder.appending(path: "s/\(name)").path), "\(name)")
            }

            let paths = [
                "s/iisan/seed-2/result.json", "s/iisan/seed-2/checkpoints/last/model.safetensors", "s/id/cost/result.json",
            ]
            let before = try paths.map(shop.state)
            var messages: [String] = []
            var observer = Pipeline.Observer()
            observer.onMessage = { messages.append($0) }
            let again = try shop.compare(yaml).run(using: InProcessRunner(), observer: observer)
            #expect(again == result)
            #expect(try paths.map(shop.state).elementsEqual(before) { $0.bytes == $1.bytes && $0.time == $1.time })
            #expect(messages.contains { $0.hasPrefix("study: 5 runs, 5 of them done") }, "\(messages)")

            // Another setting of one variant: its runs alone are made again.
            let other = try shop.compare(yaml.replacing("{train.method: id}", with: "{train.method: id, train.epochs: 1}"))
                .run(using: InProcessRunner())
            #expect(other["id"]?.runs[0].cost?.epochs == 1 && other["iisan"]?.ranking == iisan.ranking)
            #expect(try shop.state(of: paths[1]).time == before[1].time)
        }
    }

    @Test func theSameSeedGivesTheSameNumbers() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let one = try shop.compare(yaml).run(using: InProcessRunner())
            let other = try shop.compare(yaml.replacing("folder: s", with: "folder: t")).run(using: InProcessRunner())
            #expect(one.variants.map(\.ranking) == other.variants.map(\.ranking))
            #expect(one.variants.map { $0.runs.map(\.gates) } == other.variants.map { $0.runs.map(\.gates) })
            #expect(one.comparisons == other.comparisons)
        }
    }

    @Test func aVariantThatFailsIsNamedAndTheOthersAreMade() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let result = try shop.compare(
                """
                base: config.yaml
                folder: s
                seeds: [1]
                variants:
                  - {name: heads, set: {train.user_encoder.heads: 7}}
                  - {name: lost, set: {encode.text.encoder: nowhere}}
                  - {name: id, set: {train.method: id}}
                """
            ).run(using: InProcessRunner())
            #expect(!result.isWhole && result["id"]?.failures.isEmpty == true && result["id"]?.ranking != nil)
            #expect(result["heads"]?.failures[0].reason.contains("divisor") == true)
            #expect(result["lost"]?.failures[0].reason.contains("nowhere") == true)
            #expect(result.text.contains("lost/seed-1 failed: "))
        }
    }

    @Test func aSearchShowsTheTestTargetsOfTheChosenTrialAlone() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let file = try shop.study(
                """
                study: tune
                base: config.yaml
                folder: s
                set: {train.method: id}
                search: {train.rate: [1e-5, 1e-2, 3e-3]}
                """)
            let result = try TuneStudy(file: file).plan(file).run(using: InProcessRunner())
            let chosen = try #require(result.chosen)
            let best = result.variants.compactMap { $0.validation?.seeds[.hitRate(10)]?.mean.value }.max()
            #expect(result[chosen]?.validation?.seeds[.hitRate(10)]?.mean.value == best)
            for variant in result.variants {
                #expect((variant.ranking != nil) == (variant.name == chosen))
                #expect(
                    variant.runs.allSatisfy {
                        $0.test.isEmpty == (variant.name != chosen) && $0.validation[.hitRate(10)] != nil
                    })
            }
            let settings = try #require(result[chosen]?.settings)
            #expect(result.text.contains("--set \(settings[0])"))
            let rate = try Configuration(folder.appending(path: "s/best.yaml")).train.training.rate
            #expect(
                "train.rate=\(rate)"
                    == settings[0].replacing("1e-2", with: "0.01").replacing("3e-3", with: "0.003")
                    .replacing("1e-5", with: "1e-05"))
        }
    }

    @Test func aTrainedRunIsRankedWithChangedItems() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            _ = try shop.compare("base: config.yaml\nfolder: s\nseeds: [1]\nvariants: [{name: iisan}]\n").run(
                using: InProcessRunner())
            let file = try shop.study(
                """
                study: robustness
                folder: r
                run: s/iisan/seed-1
                changes: [titles-missing, pictures-swapped]
                rates: [0, 0.5, 1]
                """)
            let store = try shop.state(of: "states/text/manifest.json")
            let result = try RobustnessStudy(file: file).result(file, using: InProcessRunner(), observer: .init())
            #expect(
                result.variants.map(\.name) == [
                    "unchanged", "titles-missing-0.5", "titles-missing-1", "pictures-swapped-0.5", "pictures-swapped-1",
                ])
            #expect(result.variants.compactMap { $0.change?.items } == [50, 100, 50, 100])
            #expect(result.variants.dropFirst().allSatisfy { ($0.change?.movedUsers ?? 0) > 0 })
            let trained = try RunResult.read(from: folder.appending(path: "s/iisan/seed-1/result.json"))
            #expect(result["unchanged"]?.ranking?.users[.hitRate(10)]?.value == trained.test?.all[.hitRate(10)]?.value)
            // The run's own states stay as they are, and the copy goes.
            #expect(try shop.state(of: "states/text/manifest.json") == store)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "r/work").path))
            let ranks = try shop.state(of: "r/titles-missing/rate-1/ranks.test.safetensors")
            #expect(try RobustnessStudy(file: file).result(file, using: InProcessRunner(), observer: .init()) == result)
            #expect(try shop.state(of: "r/titles-missing/rate-1/ranks.test.safetensors") == ranks)
        }
    }
}
