import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// By which column and unit an import orders histories, and that it says so.
struct TimeOrderTests {
    /// Imports a table with header and gives the dataset and the report.
    private func imported(
        _ text: String, name: String = "log.csv", timestamp: Column? = nil, _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> (items: [String], times: [Int64]?, manifest: DatasetManifest, report: ImportReport, check: DatasetCheck) {
        try withTemporaryFolder { folder in
            var options = ImportOptions()
            change(&options)
            let table = InteractionTable(Table(try folder.file(name, text)), timestamp: timestamp)
            let report = try DatasetImport(.tables(interactions: table), options: options).run(
                to: folder.appending(path: "set"))
            let dataset = try Dataset.open(folder.appending(path: "set"))
            return (
                dataset.histories[0].map { dataset.items[Int($0)].id }, dataset.histories.timestamps.map(Array.init),
                dataset.manifest, report, try DatasetCheck(dataset, lookingForPictures: false)
            )
        }
    }

    /// One user with these times, oldest last in the file: items are a, b, c, ...
    private func rows(_ times: [String], column: String = "timestamp") -> String {
        "user_id,item_id,\(column)\n"
            + times.enumerated().map { "u,\(Character(UnicodeScalar(97 + $0)!)),\($1)\n" }.joined()
    }

    @Test(arguments: [
        "ts", "Date", "created_at", "unixReviewTime", "review_time", "event_time", "TIMESTAMP", "Time", "date-time",
    ])
    func columnsOfKnownNamesAreRead(_ name: String) throws {
        let result = try imported(rows(["1700000005", "1700000004", "1700000003"], column: name))
        #expect(result.items == ["c", "b", "a"])
        #expect(result.manifest.ordering == HistoryOrder(.time, column: name, unit: .seconds))
        #expect(result.report.text.contains("by column \"\(name)\" (seconds since 1970), 2023-11-14 to 2023-11-14"))
        #expect(result.report.warnings.isEmpty && result.check.warnings.isEmpty)
    }

    @Test(arguments: ["watched_on", "playedAt", "purchase date", "logstamp"])
    func aColumnOfTimesWithAnotherNameIsNotIgnored(_ name: String) throws {
        let text = rows(["1700000005", "1700000004"], column: name)
        expectError(
            "column \"\(name)\" has times", remedy: name.contains(" ") ? "--timestamp \"\(name)\"" : "--timestamp \(name),"
        ) { _ = try imported(text) }
        #expect(try imported(text, timestamp: Column(name)).items == ["b", "a"])
        expectError("a column of times is named", at: "log.csv") {
            _ = try imported(text, timestamp: Column(name)) { $0.order = .file }
        }
        let asInFile = try imported(text) { $0.order = .file }
        #expect(asInFile.items == ["a", "b"] && asInFile.times == nil)
        #expect(asInFile.manifest.ordering == HistoryOrder(.rows))
        #expect(asInFile.check.warnings.count == 1 && asInFile.check.text.contains("warning: the histories are in the order"))
    }

    @Test func idsThatSayThatThereIsNoneAreAWarning() throws {
        let text = "user_id,item_id,timestamp\nnan,a,1\nnan,b,2\nu,NULL,3\nv,None,4\nv,None,5\nNa,N,6\n"
        let warnings = try imported(text).report.warnings
        #expect(warnings.count == 3 && warnings.allSatisfy { $0.contains("missing id") }, "\(warnings)")
        #expect(warnings[0].hasPrefix("the user \"nan\" has 2 interactions"))
        #expect(warnings.contains { $0.hasPrefix("the item \"NULL\" has 1 ") })
        #expect(warnings.contains { $0.hasPrefix("the item \"None\" has 2 ") })
    }

    @Test func aNameOrValuesThatOnlyResembleTimesAreAWarning() throws {
        let named = try imported(rows(["5", "4"], column: "order_time"))
        #expect(named.items == ["a", "b"] && named.report.warnings.count == 2)
        #expect(named.report.warnings[0].contains("\"order_time\" looks like a time"))
        let valued = try imported(rows(["2024-05-31", "2024-05-30"], column: "x"))
        #expect(valued.report.warnings[0].contains("\"x\" looks like a time"))
        #expect(try imported(rows(["5", "4"], column: "rating")).report.warnings.count == 1)
    }

    @Test func fractionsOfTimesCount() throws {
        let result = try imported(rows(["1700000000.9", "1700000000.75", "1700000000", "1700000000.1"]))
        #expect(result.items == ["c", "d", "b", "a"])
        #expect(result.times == [170_000_000_000, 170_000_000_010, 170_000_000_075, 170_000_000_090])
        #expect(result.manifest.ordering == HistoryOrder(.time, column: "timestamp", unit: .seconds, factor: 100))
        #expect(try imported(rows(["1.7", "1.5"])).items == ["b", "a"])
        #expect(try imported(rows(["0.30000000000000004", "0.3"])).items == ["b", "a"])
        expectError("cannot be read", at: "log.csv:3", remedy: "at most 18 digits") {
            _ = try imported(rows(["1700000000", "1700000000.12345678901"]))
        }
        for times in [["1700000000", "1.123456789012"], ["1.123456789012", "1700000000"]] {
            expectError("more digits than can be kept", at: "log.csv:3") { _ = try imported(rows(times)) }
        }
    }

    @Test func datesAreRead() throws {
        let result = try imported(
            rows(["2024-05-31T10:30:00.5", "2024-05-31T10:30:00", "2024-05-31 10:29:59", "2024-05-30"], column: "date"))
        #expect(result.items == ["d", "c", "b", "a"])
        #expect(result.manifest.ordering?.unit == .dates && result.manifest.ordering?.factor == 10)
        #expect(result.report.text.contains("2024-05-30 to 2024-05-31"))
        // The same moment in three zones stays in the order of the file.
        let zones = try imported(rows(["2024-05-31T12:00:00+02:00", "2024-05-31T10:00:00Z", "2024-05-31T05:30:00-04:30"]))
        #expect(zones.items == ["a", "b", "c"] && zones.report.equalTimes == 2)
        let mixed = try imported(rows(["2024-05-31", "2024-05-30T10:00:00Z"]))
        #expect(mixed.report.warnings.contains { $0.contains("without a zone") })
        expectError("cannot be read", at: "log.csv:2", remedy: "2024-05-31") { _ = try imported(rows(["31/05/2024"])) }
    }

    @Test(
        arguments: [
            ("1700000000", "1700000000000", "milliseconds"), ("1700000000000", "1700000000", "seconds"),
            ("1700000000000000", "1700000000000", "milliseconds"), ("1700000000", "1700000000123456789", "nanoseconds"),
            ("1700000000", "2024-05-31", "dates"), ("2024-05-31", "1700000000", "seconds"), ("5", "2024-05-31", "dates"),
            ("2024-05-31", "5", "plain numbers"),
        ])
    func unitsAreNotMixed(_ first: String, _ second: String, _ unit: String) {
        expectError("are \(unit)", at: "log.csv:4", remedy: "one unit") { _ = try imported(rows([first, first, second])) }
    }

    @Test func missingTimesAreNoticed() throws {
        let result = try imported(rows(["1700000005", "0", "-1"]))
        #expect(result.items == ["c", "b", "a"])
        #expect(result.report.warnings.first?.hasPrefix("2 times of column \"timestamp\" are far from the others") == true)
        #expect(result.report.warnings.first?.hasSuffix("log.csv:3") == true)
        expectError("without a time", at: "log.csv:3", remedy: "--order file") { _ = try imported(rows(["1700000005", ""])) }
        #expect(try imported(rows(["-5", "-7", "3"])).report.warnings.isEmpty)
    }

    @Test func timesThatASpreadsheetCutAreRefused() throws {
        expectError("\"1.70E+09\" has only 3 digits", at: "log.csv:3", remedy: "as a number without decimals") {
            _ = try imported(rows(["1700000000", "1.70E+09"]))
        }
        expectError("in exponent notation", at: "log.csv:2") { _ = try imported(rows(["1.7E+09", "1.71E+09", "1.7E+09"])) }
        // The shortest exact form, as the JVM writes it.
        #expect(
            try imported(rows(["1.700000012E9", "1.70000001E9", "1.7E9"])).times == [
                1_700_000_000, 1_700_000_010, 1_700_000_012,
            ])
    }

    @Test func equalTimesAreSaid() throws {
        let result = try imported(rows(["1700000000", "1700000000", "1700000000", "1700000001"]))
        #expect(result.report.equalTimes == 2 && result.check.equalTimes == 2)
        #expect(result.report.warnings.first?.contains("2 of 3 interactions are at the same time") == true)
        #expect(result.check.warnings == result.report.warnings)
    }

    @Test func jsonLinesAreOrderedAndWarnedOfTheSame() throws {
        let lines =
            #"{"user":1,"item":"a","created_at":"2024-05-31T10:30:00Z"}"# + "\n"
            + #"{"user":1,"item":"b","created_at":"2024-05-30T10:30:00Z"}"# + "\n"
        let result = try imported(lines, name: "log.jsonl")
        #expect(result.items == ["b", "a"] && result.manifest.ordering?.column == "created_at")
        expectError("column \"seen_at\" has times", remedy: "--timestamp seen_at") {
            _ = try imported(lines.replacing("created_at", with: "seen_at"), name: "log.jsonl")
        }
    }

    @Test(arguments: [ImportOptions.Duplicates.keep, .drop, .fail])
    func rowsThatAreThereTwice(_ choice: ImportOptions.Duplicates) throws {
        let text = "user_id,item_id,timestamp\nu,a,9\nu,b,9\nu,a,9\nv,a,9\nu,a,8\nu,a,9\n"
        func run() throws -> ImportReport { try imported(text) { $0.duplicates = choice }.report }
        switch choice {
        case .keep: #expect(try run().interactions == 6 && run().duplicateInteractions == 2)
        case .drop: #expect(try run().interactions == 4 && run().duplicateInteractions == 2)
        case .fail:
            expectError("user \"u\" has item \"a\" twice at the time 9", at: "log.csv", remedy: "--duplicates drop") {
                _ = try run()
            }
        }
    }

    @Test func withoutTimesTheSameItemIsADuplicateOnlyWhereAsked() throws {
        let text = "user_id,item_id\nu,a\nu,b\nu,a\n"
        #expect(try imported(text).items == ["a", "b", "a"])
        #expect(try imported(text) { $0.duplicates = .drop }.items == ["a", "b"])
    }
}
