import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Which settings a search tries.
@Suite struct TunePlanTests {
    private func plan(_ yaml: String) throws -> [[String]] {
        try withTemporaryFolder { folder in
            let file = try TinyShop(folder, hasWorld: false).study("study: tune\nbase: config.yaml\n" + yaml)
            return try TuneStudy(file: file).plan(file).variants.map(\.set)
        }
    }

    @Test func aGridIsEveryCombination() throws {
        let trials = try plan("search: {train.rate: [1e-4, 1e-3], train.side_networks: [{gated: true}, {gated: false}]}\n")
        #expect(
            trials == [
                ["train.rate=1e-4", "train.side_networks={gated: true}"],
                ["train.rate=1e-4", "train.side_networks={gated: false}"],
                ["train.rate=1e-3", "train.side_networks={gated: true}"],
                ["train.rate=1e-3", "train.side_networks={gated: false}"],
            ])
    }

    @Test func chanceFollowsTheSeedAndStaysInRange() throws {
        let search =
            "kind: random\ntrials: 30\nsearch: {train.rate: {from: 1e-4, to: 1e-2, scale: log}, train.batch_size: {from: 8, to: 64}}\n"
        let trials = try plan(search)
        #expect(try trials.count == 30 && plan(search) == trials && plan("seed: 2\n" + search) != trials)
        let rates = trials.compactMap { Double($0[0].dropFirst("train.rate=".count)) }
        #expect(rates.count == 30 && rates.allSatisfy { (1e-4...1e-2).contains($0) })
        // Even in the logarithm: about half lie below the geometric mean.
        #expect((8...22).contains(rates.count { $0 < 1e-3 }))
        #expect(trials.allSatisfy { Int($0[1].dropFirst("train.batch_size=".count)).map { (8...64).contains($0) } ?? false })
    }

    @Test func aSmallSpaceRunsOut() throws {
        #expect(try plan("kind: random\ntrials: 50\nsearch: {train.epochs: [1, 2, 3]}\n").count == 3)
    }

    @Test(arguments: [
        ("", "nothing to search"), ("search: {train.rate: 3}\n", "expected a list or a range"),
        ("search: {train.rate: {from: 1, to: 2}}\n", "a grid takes lists"),
        ("kind: random\nsearch: {train.rate: {from: 2, to: 1}}\n", "expected from and to"),
        ("kind: random\nsearch: {train.rate: {from: 0, to: 1, scale: log}}\n", "above 0"),
        ("search: {train.rate: []}\n", "at least one value"), ("search: {train.ratte: [1]}\n", "train.ratte: unknown setting"),
        ("kind: griddy\nsearch: {train.rate: [1]}\n", "\"grid\""),
    ]) func mistakesAreNamed(yaml: String, problem: String) throws {
        let error = #expect(throws: UserError.self) { try plan(yaml) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }
}
