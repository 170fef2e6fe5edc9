import Metrics
import Foundation
import TestSupport
import Testing

@testable import IISAN

/// Every column of a study's tables has a value where there is one.
@Suite(.oneAtATime) struct StudyTablesTests {
    /// The rows of a CSV file without quoted line ends, by column name.
    private func rows(_ file: URL) throws -> [[String: String]] {
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\r\n").filter { !$0.isEmpty }
        func cells(_ line: String) -> [String] {
            var cells = [""]
            var isQuoted = false
            for letter in line {
                if letter == "\"" {
                    isQuoted.toggle()
                } else if letter == ",", !isQuoted {
                    cells.append("")
                } else {
                    cells[cells.count - 1].append(letter)
                }
            }
            return cells
        }
        let names = cells(lines[0])
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(names, cells($0))) }
    }

    @Test func noColumnOfAComparisonIsEmpty() throws {
        try withTemporaryFolder { folder in
            let result = try TinyShop(folder).compare(
                """
                base: config.yaml
                folder: s
                seeds: [1, 2]
                set: {train.epochs: 1}
                variants:
                  - {name: iisan, note: the base}
                  - {name: other, set: {train.rate: 0.01}, note: faster}
                """
            ).run(using: InProcessRunner())
            for run in result.variants.flatMap(\.runs) {
                #expect(run.test.metrics == Metric.papers && run.validation.metrics == Metric.papers)
                #expect(run.cost != nil && run.bestEpoch == 1 && !run.gates.isEmpty && !run.shares.isEmpty)
            }
            let studies = folder.appending(path: "s")
            for row in try rows(studies.appending(path: "runs.csv")) {
                for (column, value) in row { #expect(!value.isEmpty, "\(column) in runs.csv") }
            }
            let table = try rows(studies.appending(path: "table.csv"))
            #expect(table.count == 2)
            // Of the reference there is no comparison; the group is an ablation's.
            for (column, value) in table[1] where column != "group" { #expect(!value.isEmpty, "\(column) in table.csv") }
            #expect(table.allSatisfy { Double($0["validation_ndcg@10"] ?? "") != nil }, "\(table)")
        }
    }

    @Test func aVariantThatCannotBeMadeIsToldBeforeTheFirstIsMade() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            var messages: [String] = []
            var observer = Pipeline.Observer()
            observer.onMessage = { messages.append($0) }
            let result = try shop.compare(
                """
                base: config.yaml
                folder: s
                seeds: [1]
                variants:
                  - {name: id, set: {train.method: id, train.epochs: 1}}
                  - {name: late, set: {train.user_encoder.heads: 7, train.side_networks.bottleneck: 0}}
                """
            ).run(using: InProcessRunner(), observer: observer)
            let told = try #require(messages.firstIndex { $0.contains("late cannot be made") && $0.contains("divisor") })
            let started = try #require(messages.firstIndex { $0.contains("run 1 of 2") })
            #expect(told < started, "\(messages)")
            #expect(result["late"]?.failures[0].reason.contains("bottleneck") == true && result["id"]?.ranking != nil)
            let none = try shop.compare("base: config.yaml\nfolder: t\nvariants: [{name: a, set: {train.width: 0}}]\n")
            let error = #expect(throws: UserError.self) { try none.run(using: InProcessRunner()) }
            #expect(error?.description.contains("train.width") == true)
        }
    }
}
