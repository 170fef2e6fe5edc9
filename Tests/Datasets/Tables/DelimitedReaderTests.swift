import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

struct DelimitedReaderTests {
    /// All rows of a table with the columns 1 to `count`.
    private func rows(_ text: String, _ format: Table.Format, columns count: Int) throws -> [[String]] {
        try withTemporaryFolder { folder in
            let url = try folder.file("t.txt", text)
            let requests = (1...count).map { ColumnRequest(role: "column", column: .number($0)) }
            let reader = try Table(url, format: format, firstRow: .data).open(requests)
            var rows: [[String]] = []
            var record = Record()
            while try reader.next(&record) { rows.append((0..<count).map { String(decoding: record[$0]!, as: UTF8.self) }) }
            return rows
        }
    }

    @Test func readsQuotesCommasAndLineEndsInFields() throws {
        let text = "\u{FEFF}a,\"b \"\"c\"\", d\",e\r\n\n\"x\ny\",,\"\"\r\n1,2\"3,4"
        #expect(try rows(text, .csv, columns: 3) == [["a", "b \"c\", d", "e"], ["x\ny", "", ""], ["1", "2\"3", "4"]])
    }

    @Test func quotesAreOrdinaryInTSV() throws {
        #expect(try rows("\"a\tb\"\n", .tsv, columns: 2) == [["\"a", "b\""]])
    }

    @Test func errorsNameTheLine() throws {
        expectError("1 columns, expected 2", at: "t.txt:4") { _ = try rows("a,b\n\"c\nd\",e\nf\n", .csv, columns: 2) }
        expectError("not closed", at: "t.txt:2") { _ = try rows("a,b\nc,\"d\ne\n", .csv, columns: 2) }
        expectError("after the closing quote", at: "t.txt:2") { _ = try rows("a,b\n\"c\"d,e\n", .csv, columns: 2) }
        expectError("the file is empty", at: "t.txt") { _ = try rows("", .csv, columns: 1) }
        expectError("the table has 2 columns", at: "t.txt:1") { _ = try rows("a,b\n", .csv, columns: 3) }
    }

    @Test func columnsAreFoundByName() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("t.csv", "user, item_id,when\nu,i,3\n")
            let reader = try Table(url).open([
                ColumnRequest(role: "item", known: ["item", "item_id"]), ColumnRequest(role: "user", column: "user"),
                ColumnRequest(role: "title", known: ["title"], isRequired: false),
            ])
            var record = Record()
            #expect(try reader.next(&record))
            #expect(record[0].map(Array.init) == Array("i".utf8))
            #expect(record[1].map(Array.init) == Array("u".utf8))
            #expect(record[2] == nil)
            #expect(reader.hasColumn == [true, true, false])
            expectError("no item column", at: "t.csv:1", remedy: "Did you mean \"item_id\"?") {
                _ = try Table(url).open([ColumnRequest(role: "item", column: "itme_id")])
            }
        }
    }

    @Test func readsBackWhatWasWritten() throws {
        var generator = SeededGenerator(seed: 4)
        let letters: [Character] = ["a", "\"", ",", "\n", " ", "é", "\t"]
        for _ in 0..<60 {
            let table = (0..<Int.random(in: 1...20, using: &generator)).map { row in
                (0..<3).map { column in
                    // The first field is never empty, so that no row is blank.
                    (column == 0 ? "r\(row)" : "")
                        + String(
                            (0..<Int.random(in: 0...6, using: &generator)).map { _ in letters.randomElement(using: &generator)!
                            })
                }
            }
            let text = table.map { row in
                row.map { field in
                    field.contains { "\",\n".contains($0) } || Bool.random(using: &generator)
                        ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
                }.joined(separator: ",")
            }.joined(separator: "\n")
            #expect(try rows(text, .csv, columns: 3) == table)
        }
    }

    @Test func randomBytesGiveRowsOrAUserError() throws {
        var generator = SeededGenerator(seed: 5)
        let alphabet: [UInt8] = Array("ab\",\t\n\r{}:1".utf8) + [0, 0xFF, 0xEF]
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
            for format in Table.Format.allCases {
                try withTemporaryFolder { folder in
                    let url = folder.appending(path: "t")
                    try Data(bytes).write(to: url)
                    do {
                        let request = ColumnRequest(role: "user", column: format == .jsonl ? .name("a") : .number(1))
                        let reader = try Table(url, format: format, firstRow: .data).open([request])
                        var record = Record()
                        while try reader.next(&record) {}
                    } catch { #expect(error is UserError) }
                }
            }
        }
    }
}
