import Foundation
import IISAN
import TestSupport
import Testing

/// The command from raw files to recommendations, as a user runs it.
@Suite(.serialized) struct WholeRunTests {
    @Test func fromRawFilesToARecommendation() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder)
            let first = try CommandLine.run(["run", "config.yaml"], in: folder)
            #expect(first.code == 0, "\(first.errors)")
            #expect(first.output.contains("HR@10"))
            #expect(first.errors.contains("epoch   2"))
            for name in [
                "config.yaml", "environment.json", "events.jsonl", "result.json", "report.html", "table.md", "curves.svg",
            ] {
                #expect(FileManager.default.fileExists(atPath: shop.run.appending(path: name).path), "\(name)")
            }

            // Nothing has changed: nothing is done again, and the result is the same.
            let checkpoints = try shop.files(below: "runs/iisan/checkpoints")
            let result = try Data(contentsOf: shop.run.appending(path: "result.json"))
            let second = try CommandLine.run(["run", "config.yaml"], in: folder)
            #expect(second.code == 0)
            #expect(second.errors.components(separatedBy: "nothing has changed").count == 5)
            #expect(try shop.files(below: "runs/iisan/checkpoints") == checkpoints)
            #expect(try Data(contentsOf: shop.run.appending(path: "result.json")) == result)

            let history = try String(contentsOf: folder.appending(path: "world/users.tsv"), encoding: .utf8)
                .split(separator: "\n")[0].split(separator: "\t")[1].split(separator: " ").prefix(3).joined(separator: ",")
            let listed = try CommandLine.run(
                ["recommend", "runs/iisan", "--history", history, "--top", "4", "--format", "json"], in: folder)
            let recommendations = try JSONDecoder().decode([Recommendation].self, from: Data(listed.output.utf8))
            #expect(recommendations.count == 4)
            #expect(recommendations.allSatisfy { !history.split(separator: ",").map(String.init).contains($0.item) })
            let why = ["recommend", "runs/iisan", "--history", history, "--top", "4", "--reasons"]
            let reasons = try CommandLine.run(why, in: folder)
            #expect(reasons.output.contains("mean ") && reasons.output.contains("history: "))
            let told = try JSONDecoder().decode(
                [Recommendation].self, from: Data(CommandLine.run(why + ["--format", "json"], in: folder).output.utf8))
            #expect(told.map(\.item) == recommendations.map(\.item))
            for item in told {
                let reasons = try #require(item.reasons)
                let whole = reasons.mean + reasons.parts.reduce(0) { $0 + $1.adds }
                #expect(abs(whole - Double(item.score)) < 1e-4 && !reasons.history.isEmpty)
            }

            let verified = try CommandLine.run(["encode", "config.yaml", "--verify"], in: folder)
            #expect(verified.code == 0 && verified.output.components(separatedBy: "every checksum agrees").count == 3)
            let card = try CommandLine.run(["evaluate", "runs/iisan", "--split", "validation", "--format", "json"], in: folder)
            #expect(try JSONDecoder().decode(EvaluationCard.self, from: Data(card.output.utf8)).procedure.split == "validation")
            let check = try CommandLine.run(["data", "check", "dataset", "--format", "json"], in: folder)
            #expect(try JSONDecoder().decode(DatasetCheck.self, from: Data(check.output.utf8)).users == 80)
        }
    }

    /// Two runs with one seed are one run; another seed is another.
    @Test func aSeedDecidesEverything() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            for (run, seed) in [("a", 1), ("b", 1), ("c", 2)] {
                let outcome = try CommandLine.run(
                    ["run", "config.yaml", "--set", "train.run=\(run)", "--set", "train.seed=\(seed)"], in: folder)
                #expect(outcome.code == 0, "\(outcome.errors)")
            }
            func model(_ run: String) throws -> Data {
                try Data(contentsOf: folder.appending(path: "\(run)/checkpoints/last/model.safetensors"))
            }
            #expect(try model("a") == model("b"))
            #expect(try model("a") != model("c"))
        }
    }

    @Test func everyMethodAndASingleModality() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder)
            for method in ["popularity", "id"] {
                let outcome = try CommandLine.run(
                    ["run", "config.yaml", "--set", "train.method=\(method)", "--set", "train.run=runs/\(method)"], in: folder)
                #expect(outcome.code == 0, "\(outcome.errors)")
            }
            // Neither reads hidden states, so nothing was encoded.
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "states").path))
            let textOnly = try CommandLine.run(
                ["run", "config.yaml", "--set", "encode.image=", "--set", "train.run=runs/text"], in: folder)
            #expect(textOnly.code == 0, "\(textOnly.errors)")
            let report = try CommandLine.run(
                ["report", "runs/text", "runs/id", "runs/popularity", "--compare", "--output", "report"], in: folder)
            #expect(report.code == 0, "\(report.errors)")
            let page = try String(contentsOf: folder.appending(path: "report/report.html"), encoding: .utf8)
            #expect(page.contains("id and text are within") || page.contains("id is "))
            #expect(page.contains("corrected for 4 comparisons"))
            let wrong = try CommandLine.run(["report", "runs/text", "--compare", "--weights", "1,1"], in: folder)
            #expect(wrong.code != 0 && wrong.errors.contains("add up to 1"))
            let table = try String(contentsOf: folder.appending(path: "report/table.md"), encoding: .utf8)
            for name in ["text", "id", "popularity"] { #expect(table.contains(name)) }
            _ = shop
        }
    }
}
