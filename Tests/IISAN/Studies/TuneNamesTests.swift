import Foundation
import TestSupport
import Testing

@testable import IISAN

/// A search that grows keeps what it has trained, and lays out no more than it tries.
@Suite(.oneAtATime) struct TuneNamesTests {
    private func plan(_ yaml: String, _ folder: URL) throws -> Study {
        let file = try TinyShop(folder, hasWorld: false).study("study: tune\nbase: config.yaml\nfolder: s\n" + yaml)
        return try TuneStudy(file: file).plan(file)
    }

    @Test func oneMoreTrialOrValueLeavesTheNamesOfTheOthers() throws {
        try withTemporaryFolder { folder in
            func names(_ yaml: String) throws -> [String] { try plan(yaml, folder).variants.map(\.name) }
            let range = "search: {train.rate: {from: 1.0e-4, to: 2.0e-3, scale: log}}\nkind: random\n"
            let nine = try names(range + "trials: 9\n")
            #expect(try Array(names(range + "trials: 10\n").prefix(9)) == nine && Set(nine).count == 9)
            let grid = try names("search: {train.width: [16, 32], train.rate: [1e-3, 2e-3]}\n")
            let larger = try names("search: {train.rate: [1e-3, 5e-3, 2e-3], train.width: [8, 16, 32]}\n")
            #expect(Set(grid).isSubset(of: larger) && larger.count == 9)
        }
    }

    @Test func endsAreWholeNumbersOnlyWhereTheyAreWrittenSo() throws {
        try withTemporaryFolder { folder in
            func drawn(_ range: String) throws -> [String] {
                try plan("kind: random\ntrials: 20\nsearch: {train.modality_dropout: \(range)}\n", folder).variants.map {
                    String($0.set[0].drop { $0 != "=" }.dropFirst())
                }
            }
            let reals = try drawn("{from: 0.0, to: 0.5}").compactMap(Double.init)
            #expect(reals.count == 20 && Set(reals).count > 10 && reals.allSatisfy { (0...0.5).contains($0) })
            #expect(try drawn("{from: 0.0, to: 1}").contains { Int($0) == nil })
        }
    }

    @Test(arguments: [
        ("kind: random\nsearch: {train.rate: {from: -1.7e308, to: 1.7e308}}\n", "between -1e15 and 1e15"),
        ("kind: random\nsearch: {train.epochs: {from: 1, to: 10000000000000000000000}}\n", "between -1e15 and 1e15"),
        ("kind: random\nsearch: {train.epochs: {from: -100000000000000000000, to: 3}}\n", "between -1e15 and 1e15"),
        ("kind: random\nsearch: {train.rate: {from: .nan, to: 1.0}}\n", "finite number"),
        ("kind: random\nsearch: {train.rate: {from: 0.1, to: .inf}}\n", "finite number"),
        ("kind: random\nsearch: {train.rate: {from: 1e-320, to: 1.0, scale: log}}\n", "1e-30 or more"),
        ("kind: random\nsearch: {train.rate: {from: 0.2, to: 0.1}}\n", "expected from and to"),
        ("kind: random\ntrials: 9223372036854775807\nsearch: {train.epochs: [1, 2]}\n", "expected 1 to 10000"),
        ("trials: 0\nsearch: {train.epochs: [1, 2]}\n", "expected 1 to 10000"),
        ("search: {train.epochs: [1, 2, 1]}\n", "lists a value twice"),
    ]) func impossibleRangesAreNamed(yaml: String, problem: String) throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: UserError.self) { try plan(yaml, folder) }
            #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        }
    }

    @Test func aHugeGridIsCountedBeforeItIsLaidOut() throws {
        try withTemporaryFolder { folder in
            let values = "[\((2...401).map(String.init).joined(separator: ", "))]"
            let keys = ["epochs", "patience", "batch_size", "measured_steps", "rate"]
            let search = "search: {\(keys.map { "train.\($0): \(values)" }.joined(separator: ", "))}\n"
            let error = #expect(throws: UserError.self) { try plan(search, folder) }
            #expect(error?.description.contains("10240000000000 combinations") == true, "\(error?.description ?? "")")
            let some = try plan("trials: 3\n" + search, folder).variants.map { $0.set.last ?? "" }
            #expect(some == ["train.rate=2", "train.rate=3", "train.rate=4"])
        }
    }

    @Test func aLargerSearchTrainsOnlyWhatIsNewAndTakesUpNumberedTrials() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            func search(_ rates: String) throws -> StudyResult {
                let file = try shop.study(
                    "study: tune\nbase: config.yaml\nfolder: s\nset: {train.method: id, train.epochs: 1}\nsearch: {train.rate: \(rates)}\n"
                )
                return try TuneStudy(file: file).plan(file).run(using: InProcessRunner())
            }
            let first = try search("[1e-3, 1e-2]")
            let names = first.variants.map(\.name)
            // As an earlier version named it.
            let studies = folder.appending(path: "s")
            try FileManager.default.moveItem(at: studies.appending(path: names[0]), to: studies.appending(path: "trial-1"))
            let weights = "checkpoints/last/model.safetensors"
            let before = try [
                shop.state(of: "s/trial-1/seed-42/\(weights)"), shop.state(of: "s/\(names[1])/seed-42/\(weights)"),
            ]
            let second = try search("[5e-3, 1e-3, 1e-2]")
            #expect(second.variants.count == 3 && second.isWhole)
            for (name, state) in zip(names, before) {
                #expect(try shop.state(of: "s/\(name)/seed-42/\(weights)").time == state.time, "\(name) is trained again")
                #expect(second[name]?.validation == first[name]?.validation)
            }
            #expect(!FileManager.default.fileExists(atPath: studies.appending(path: "trial-1").path))
        }
    }
}
