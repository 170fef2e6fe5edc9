import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// What tables people have: headers, separators, encodings, releases.
struct TableFormTests {
    private func imported(_ table: InteractionTable, in folder: URL) throws -> (
        histories: [String: [String]], report: ImportReport
    ) {
        try imported(.tables(interactions: table), in: folder)
    }

    private func imported(_ source: ImportSource, in folder: URL) throws -> (
        histories: [String: [String]], report: ImportReport
    ) {
        var options = ImportOptions()
        options.replacing = true
        let report = try DatasetImport(source, options: options).run(to: folder.appending(path: "set"))
        let dataset = try Dataset.open(folder.appending(path: "set"))
        let histories = (0..<dataset.userCount).map { user in
            (dataset.userID(user), dataset.histories[user].map { dataset.items[Int($0)].id })
        }
        return (Dictionary(uniqueKeysWithValues: histories), report)
    }

    private static let expected = ["u0": ["b", "a"], "u1": ["a"]]
    private static let plain = "user_id,item_id,timestamp\nu0,a,1700000002\nu0,b,1700000001\nu1,a,1700000003\n"

    @Test(arguments: [",", ";", "\t", "|", "::"])
    func separatorsAreToldByTheFirstRow(_ separator: String) throws {
        try withTemporaryFolder { folder in
            let text = Self.plain.replacing(",", with: separator)
            for name in ["log.csv", "log.tsv", "log.txt", "log"] {
                let found = try imported(InteractionTable(Table(try folder.file(name, text))), in: folder)
                #expect(found.histories == Self.expected, "\(name)")
            }
            let given = try Table(try folder.file("log.txt", text), separator: Separator(separator))
            #expect(try imported(InteractionTable(given), in: folder).histories == Self.expected)
        }
    }

    @Test func aFileOfObjectsIsToldByItsFirstLine() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("log.txt", #"{"user":"u0","item":"a"}"# + "\n")
            #expect(try imported(InteractionTable(Table(url)), in: folder).histories == ["u0": ["a"]])
            let list = try folder.file("log.json", #"[{"user":"u0","item":"a"}]"# + "\n")
            expectError("not JSON", at: "log.json:1", remedy: "jq") {
                _ = try imported(InteractionTable(Table(list)), in: folder)
            }
            let other = try folder.file("log", "abc\n")
            expectError("says how its rows are written", at: "log", remedy: "--separator") {
                _ = try imported(InteractionTable(Table(other)), in: folder)
            }
        }
    }

    @Test(arguments: ["", ".gz"])
    func encodingsAndLineEnds(_ ending: String) throws {
        try withTemporaryFolder { folder in
            let text = "user_id,item_id,timestamp\nu0,café €,2\nu0,日本😀,1\n"
            let expected = ["u0": ["日本😀", "café €"]]
            func expect(_ bytes: Data, _ encoding: TextEncoding? = nil, _ expected: [String: [String]]) throws {
                let url = folder.appending(path: "log.csv" + ending)
                try (ending.isEmpty ? bytes : gzip(Array(bytes))).write(to: url)
                #expect(try imported(InteractionTable(Table(url, encoding: encoding)), in: folder).histories == expected)
            }
            let little = try #require(text.data(using: .utf16LittleEndian))
            let big = try #require(text.data(using: .utf16BigEndian))
            try expect(Data(text.utf8), nil, expected)
            try expect(Data([0xEF, 0xBB, 0xBF]) + Data(text.utf8), nil, expected)
            try expect(Data([0xFF, 0xFE]) + little, nil, expected)
            try expect(Data([0xFE, 0xFF]) + big, nil, expected)
            try expect(little, .utf16LittleEndian, expected)
            try expect(Data(text.replacing("\n", with: "\r").utf8), nil, expected)
            try expect(Data(text.replacing("\n", with: "\r\n").utf8), nil, expected)
            let western = Data("user,item\nu0,caf".utf8) + [0xE9, 0x20, 0x80, 0x0A]
            try expect(western, .windows1252, ["u0": ["café €"]])
            try expect(western, .latin1, ["u0": ["café \u{80}"]])
        }
    }

    @Test func bytesOfAnotherEncodingAreNamedByLine() throws {
        try withTemporaryFolder { folder in
            func expect(_ problem: String, _ bytes: Data, _ encoding: TextEncoding? = nil, at place: String, _ remedy: String)
                throws
            {
                let url = folder.appending(path: "log.csv")
                try bytes.write(to: url)
                expectError(problem, at: place, remedy: remedy) {
                    _ = try imported(InteractionTable(Table(url, encoding: encoding)), in: folder)
                }
            }
            try expect(
                "not UTF-8", Data("user,item\nu0,a\nu0,caf".utf8) + [0xE9, 0x0A], at: "log.csv:3", "--encoding windows-1252")
            let little = try #require("user,item\nu0,a\n".data(using: .utf16LittleEndian))
            try expect("zero bytes", little, at: "log.csv", "utf-16le")
            try expect(
                "half a surrogate pair", Data([0xFF, 0xFE]) + little + [0x00, 0xDC, 0x0A, 0x00], at: "log.csv:3", "encoding")
            try expect("middle of a character", Data([0xFF, 0xFE]) + little + [0x61], at: "log.csv:3", "encoding")
        }
    }

    @Test func capitalsOfKnownNamesMakeNoDifference() throws {
        try withTemporaryFolder { folder in
            for header in [
                "UserId,ItemID,Timestamp", "USER,Item,TIME", "userID,asin,unixReviewTime", "customer_id,Product-ID,Date",
            ] {
                let url = try folder.file("log.csv", Self.plain.replacing("user_id,item_id,timestamp", with: header))
                #expect(try imported(InteractionTable(Table(url)), in: folder).histories == Self.expected, "\(header)")
            }
        }
    }

    @Test func namesOfDigitsAreNamesFirst() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("log.csv", Self.plain.replacing("user_id,item_id,timestamp", with: "0,1,2"))
            func table(_ user: String, _ item: String, _ time: String, _ firstRow: Table.FirstRow = .auto) -> InteractionTable {
                InteractionTable(
                    Table(url, firstRow: firstRow), user: Column(user), item: Column(item), timestamp: Column(time))
            }
            #expect(try imported(table("0", "1", "2"), in: folder).histories == Self.expected)
            #expect(try imported(table("0", "1", "2", .names), in: folder).histories == Self.expected)
            // Columns 1 to 3 of a row that can be names: neither guess is safe.
            expectError("can be names or data", at: "log.csv:1", remedy: "--first-row names") {
                _ = try imported(table("1", "2", "3"), in: folder)
            }
            expectError("no time column 3", at: "x.csv:1") {
                _ = try imported(
                    InteractionTable(
                        Table(try folder.file("x.csv", "0,1\nu0,a\n"), firstRow: .names), user: "0", item: "1", timestamp: 3),
                    in: folder)
            }
            // In JSONL a key of digits is a key.
            let lines = try folder.file("log.jsonl", #"{"0":"u0","1":"a"}"# + "\n")
            #expect(
                try imported(InteractionTable(Table(lines), user: Column("0"), item: Column("1")), in: folder).histories
                    == ["u0": ["a"]])
        }
    }

    @Test func theFirstRowIsDataWhereItLooksLikeIt() throws {
        try withTemporaryFolder { folder in
            let rows = "u0,a,1700000002\nu0,b,1700000001\nu1,a,1700000003\n"
            func run(_ text: String, _ firstRow: Table.FirstRow = .auto) throws -> (
                histories: [String: [String]], report: ImportReport
            ) {
                let table = Table(try folder.file("log.csv", text), firstRow: firstRow)
                return try imported(
                    InteractionTable(table, user: Column("1"), item: Column("2"), timestamp: Column("3")), in: folder)
            }
            #expect(try run(rows).histories == Self.expected)
            #expect(
                try run(rows).report.tables == [
                    "log.csv: user in column 1, item in column 2, time in column 3, data in the first row, separated by \",\""
                ])
            #expect(try run("kunde,artikel,zeit\n" + rows).histories == Self.expected)
            #expect(try run("kunde,artikel,zeit\n" + rows).report.tables[0].contains("names in the first row"))
            #expect(try run("kunde,artikel,zeit\n" + rows, .names).histories == Self.expected)
            expectError("\"zeit\" of column \"3\" cannot be read", at: "log.csv:1") {
                _ = try run("kunde,artikel,zeit\n" + rows, .data)
            }
            let words = try folder.file("words.csv", "anna,apfel\nbernd,birne\n")
            expectError("may be data or the names", at: "words.csv:1", remedy: "--first-row data") {
                _ = try imported(InteractionTable(Table(words), user: Column("1"), item: Column("2")), in: folder)
            }
            let named = try folder.file("named.csv", "user_id,obst\nbernd,birne\n")
            #expect(
                try imported(InteractionTable(Table(named), user: Column("1"), item: Column("2")), in: folder).histories
                    == ["bernd": ["birne"]])
        }
    }

    @Test func aColumnHasOneRoleAndARoleOneColumn() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("log.csv", "user,item,user,x\nu0,a,u1,5\n")
            expectError("2 columns could be the user", at: "log.csv:1", remedy: "by its number") {
                _ = try imported(InteractionTable(Table(url)), in: folder)
            }
            expectError("2 columns could be the user", at: "log.csv:1") {
                _ = try imported(InteractionTable(Table(url), user: "user"), in: folder)
            }
            #expect(
                try imported(InteractionTable(Table(url, firstRow: .names), user: Column("3")), in: folder).histories == [
                    "u1": ["a"]
                ])
            expectError("column \"x\" is both the user and the item", at: "log.csv:1") {
                _ = try imported(InteractionTable(Table(url), user: "x", item: "x"), in: folder)
            }
            let lines = try folder.file("log.jsonl", #"{"user":"u0","item":"a"}"# + "\n")
            expectError("is both the user and the item", at: "log.jsonl:1") {
                _ = try imported(InteractionTable(Table(lines), user: "user", item: "user"), in: folder)
            }
        }
    }

    @Test func spacesAroundIDsAreTakenOffUnlessInQuotes() throws {
        try withTemporaryFolder { folder in
            let url = try folder.file("log.csv", "user, item, timestamp\nu0, a, 1\nu0 ,b , 2\n\"u0\", \" c\" ,3\n")
            let found = try imported(InteractionTable(Table(url)), in: folder)
            #expect(found.histories == ["u0": ["a", "b", " c"]])
            #expect(found.report.trimmedIDs == 3 && found.report.text.contains("3 ids had spaces around them"))
        }
    }

    @Test func recBole() throws {
        try withTemporaryFolder { folder in
            let inter = try folder.file(
                "x.inter",
                "user_id:token\titem_id:token\trating:float\ttimestamp:float\nu0\ta\t5\t1700000002\nu0\tb\t3\t1700000001.5\n")
            let items = try folder.file("x.item", "item_id:token\tmovie_title:token_seq\na\tThe \"A\"\nb\tB\n")
            let found = try imported(
                .recBole(interactions: InteractionTable(Table(inter)), items: ItemTable(Table(items))), in: folder)
            #expect(found.histories == ["u0": ["b", "a"]] && found.report.itemsWithoutTitle == 0)
            // The form of tables reads them too.
            #expect(try imported(InteractionTable(Table(inter)), in: folder).histories == ["u0": ["b", "a"]])
        }
    }

    @Test func movieLensInThreeForms() throws {
        try withTemporaryFolder { folder in
            let first = (
                try folder.file("u.data", "1\t10\t5\t874965002\n1\t20\t3\t874965001\n"),
                folder.appending(path: "u.item")
            )
            try
                (Data("10|Caf".utf8) + [0xE9]
                + Data(" (1995)|01-Jan-1995||http://x|0|1\n20|B, \"The\" (1996)|||http://y|0|0\n".utf8))
                .write(to: first.1)
            let second = (
                try folder.file("ratings.dat", "1::10::5::874965002\n1::20::3::874965001\n"),
                try folder.file("movies.dat", "10::Café (1995)::Drama|Comedy\n20::B, \"The\" (1996)::Drama\n")
            )
            let third = (
                try folder.file("ratings.csv", "userId,movieId,rating,timestamp\n1,10,5.0,874965002\n1,20,3.5,874965001\n"),
                try folder.file(
                    "movies.csv", "movieId,title,genres\n10,Café (1995),Drama|Comedy\n20,\"B, \"\"The\"\" (1996)\",Drama\n")
            )
            for (ratings, movies) in [first, second, third] {
                let found = try imported(.movieLens(ratings: ratings, movies: movies), in: folder)
                #expect(found.histories == ["1": ["20", "10"]], "\(ratings.lastPathComponent)")
                let dataset = try Dataset.open(folder.appending(path: "set"))
                #expect(dataset.items.map(\.title) == ["Café (1995)", "B, \"The\" (1996)"], "\(movies.lastPathComponent)")
                #expect(dataset.manifest.ordering?.unit == .seconds)
            }
            expectError("not a ratings file of MovieLens", at: "u.item", remedy: "u.data") {
                _ = try imported(.movieLens(ratings: first.1), in: folder)
            }
        }
    }

    @Test func messagesQuoteNoControlCharactersAndNoWholeFiles() throws {
        try withTemporaryFolder { folder in
            let long = String(repeating: "x", count: 5000)
            let url = try folder.file("log.csv", "user,item\nu0,\u{1B}[2J\(long)\n")
            let items = try folder.file("items.csv", "item_id,title\na,A\n")
            let error = #expect(throws: UserError.self) {
                try imported(.tables(interactions: InteractionTable(Table(url)), items: ItemTable(Table(items))), in: folder)
            }
            let text = try #require(error?.description)
            #expect(text.contains("\\u{1B}[2J") && !text.contains("\u{1B}") && text.count < 600)
            let wide = try folder.file("wide.csv", (0..<500).map { "column\($0)" }.joined(separator: ",") + "\n")
            let other = #expect(throws: UserError.self) { try imported(InteractionTable(Table(wide)), in: folder) }
            #expect(try #require(other?.description).count < 600)
        }
    }

    @Test func anImportThatIsStoppedLeavesNothing() throws {
        try withTemporaryFolder { folder in
            let rows = (0..<60_000).map { "u\($0 % 100),i\($0 % 977)\n" }.joined()
            let url = try folder.file("log.csv", "user,item\n" + rows)
            let stop = StopToken()
            stop.request()
            #expect(throws: CancellationError.self) {
                try DatasetImport(.tables(interactions: InteractionTable(Table(url)))).run(
                    to: folder.appending(path: "set"), stop: stop)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["log.csv"])
        }
    }
}
