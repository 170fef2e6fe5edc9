import Files
import TestSupport
import Testing

@testable import Datasets

/// Splits that leave nobody to choose or to rank by.
@Suite struct SplitTargetsTests {
    /// Ten users with ten items each, one a second from 1,600,000,000 on.
    private func withDataset(_ body: (Dataset) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let lines = (0..<10).flatMap { user in
                (0..<10).map { "u\(user),i\((user * 3 + $0) % 20),\(1_600_000_000 + $0 * 100 + user)" }
            }
            let file = folder.appending(path: "log.csv")
            try AtomicFile.write("user_id,item_id,timestamp\n" + lines.joined(separator: "\n") + "\n", to: file)
            let source = ImportSource.tables(
                interactions: InteractionTable(Table(file), user: "user_id", item: "item_id", timestamp: "timestamp"))
            try DatasetImport(source).run(to: folder.appending(path: "dataset"))
            try body(Dataset.open(folder.appending(path: "dataset")))
        }
    }

    private func options(_ validation: Int64, _ test: Int64) -> SplitOptions {
        SplitOptions(kind: .timestamp, validationTime: validation, testTime: test)
    }

    @Test func aTestTimeAfterAllInteractionsIsNamed() throws {
        try withDataset { dataset in
            let split = try Split(dataset, options(1_600_000_500, 1_700_000_000))
            let error = #expect(throws: UserError.self) { try split.checkTargets() }
            #expect(error?.place == "data.split.test_time", "\(error?.description ?? "")")
            #expect(
                error?.problem.contains("1600000000 to 1600000909") == true && error?.problem.contains("test target") == true)
            #expect(error?.remedy?.contains("Choose both between") == true)
            try Split(dataset, options(1_600_000_500, 1_600_000_800)).checkTargets()
            try Split(dataset).checkTargets()
        }
    }

    @Test func anotherUnitOfTimeIsNamed() throws {
        try withDataset { dataset in
            let split = try Split(dataset, options(1_600_000_500_000, 1_600_000_800_000))
            let error = #expect(throws: UserError.self) { try split.checkTargets() }
            #expect(error?.place == "data.split.validation_time")
            #expect(error?.remedy?.contains("milliseconds, the dataset's are seconds") == true, "\(error?.description ?? "")")
            // Before everything: nobody is left to train on.
            let early = #expect(throws: UserError.self) { try Split(dataset, options(1_000_000, 1_600_000)) }
            #expect(early?.place == "data.split.validation_time" && early?.problem.contains("two to train on") == true)
        }
    }

    @Test func everySettingOfASplitThatMakesNoSenseIsNamed() {
        var options = SplitOptions(kind: .timestamp, minimumItems: 1, maximumItems: .max, validationTime: 3)
        #expect(options.problems().all.map(\.place) == ["minimum_items", "maximum_items", "test_time"])
        options = SplitOptions(kind: .timestamp)
        options.validationQuantile = .nan
        #expect(options.problems().all.map(\.place) == ["validation_quantile"])
    }
}
