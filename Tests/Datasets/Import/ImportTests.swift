import Datasets
import Files
import Foundation
import TestSupport
import Testing

struct ImportTests {
    /// Runs an import from files made in `folder` and gives the dataset and the report.
    private func run(
        _ folder: URL, _ source: ImportSource, _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> (dataset: Dataset, report: ImportReport) {
        var options = ImportOptions()
        change(&options)
        options.replacing = true
        let report = try DatasetImport(source, options: options).run(to: folder.appending(path: "set"))
        return (try Dataset.open(folder.appending(path: "set")), report)
    }

    private func histories(_ dataset: Dataset) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: (0..<dataset.userCount).map { user in
                (dataset.userID(user), dataset.histories[user].map { dataset.items[Int($0)].id })
            })
    }

    @Test func iisanForm() throws {
        try withTemporaryFolder { folder in
            let users = try folder.file("users.tsv", "u1\tb a a\r\nu2\tc  b \n\n")
            let items = try folder.file("items.tsv", "a\tA &amp; B\nb\t\nc\t  \nd\tD\n")
            for name in ["a.jpg", "b.PNG", "c.txt", "zz.webp", ".jpg"] { _ = try folder.file("p/\(name)", "x") }
            let (dataset, report) = try run(folder, .iisan(users: users, items: items, pictures: folder.appending(path: "p")))
            #expect(histories(dataset) == ["u1": ["b", "a", "a"], "u2": ["c", "b"]])
            #expect(dataset.items.map(\.id) == ["a", "b", "c", "d"])
            #expect(dataset.items.map(\.title) == ["A & B", nil, nil, "D"])
            #expect(dataset.items.map(\.picturePath) == ["a.jpg", "b.PNG", nil, nil])
            #expect(dataset.histories.timestamps == nil)
            #expect((report.users, report.items, report.interactions) == (2, 4, 5))
            #expect((report.itemsWithoutTitle, report.itemsWithoutPicture, report.picturesWithoutItem) == (2, 2, 1))
            #expect(report.problems.total("items without a picture") == 2)
            #expect(report.problems.kinds.first?.places.first?.place.hasSuffix("items.tsv:2") == true)
            let raw = try run(folder, .iisan(users: users, items: items)) { $0.decodesEntities = false }
            #expect(raw.dataset.items[0].title == "A &amp; B")
            let used = try run(folder, .iisan(users: users, items: items)) { $0.unusedItems = .drop }
            #expect(used.dataset.items.map(\.id) == ["a", "b", "c"])
            #expect(used.report.unusedItemsLeftOut == 1)
            #expect(histories(used.dataset) == histories(dataset))
        }
    }

    @Test func unknownAndRepeatedItems() throws {
        try withTemporaryFolder { folder in
            let users = try folder.file("users.tsv", "u1\ta x a\nu2\tx y\n")
            let items = try folder.file("items.tsv", "a\tA\n")
            let source = ImportSource.iisan(users: users, items: items)
            expectError("item \"x\" is not in the items table", at: "users.tsv:1") { _ = try run(folder, source) }
            let (dataset, report) = try run(folder, source) { $0.unknownItems = .drop }
            #expect(histories(dataset) == ["u1": ["a", "a"]])
            #expect((report.unknownInteractions, report.usersWithoutInteractions, report.users) == (3, 1, 1))
            let twice = ImportSource.iisan(users: users, items: try folder.file("twice.tsv", "a\tA\nx\tX\ny\tY\na\tB\n"))
            expectError("item \"a\" occurs twice, first in line 1", at: "twice.tsv:4") { _ = try run(folder, twice) }
            let first = try run(folder, twice) { $0.duplicateItems = .keepFirst }
            #expect(first.dataset.items.map(\.title) == ["A", "X", "Y"])
            #expect(first.report.duplicateItems == 1)
        }
    }

    @Test func damageIsNamedByFileAndLine() throws {
        try withTemporaryFolder { folder in
            let users = try folder.file("users.tsv", "u1\ta\n")
            let items = try folder.file("items.tsv", "a\tA\n")
            func expect(_ problem: String, at place: String, users usersText: String? = nil, items itemsText: String? = nil)
                throws
            {
                let source = ImportSource.iisan(
                    users: try usersText.map { try folder.file("users2.tsv", $0) } ?? users,
                    items: try itemsText.map { try folder.file("items2.tsv", $0) } ?? items)
                expectError(problem, at: place) { _ = try run(folder, source) }
            }
            try expect("3 columns, expected 2", at: "items2.tsv:2", items: "a\tA\nb\tB\tC\n")
            try expect("3 columns", at: "items2.tsv:1", items: "a\tA\tB\n")
            try expect("an item without an id", at: "items2.tsv:2", items: "a\tA\n\tB\n")
            try expect("the file is empty", at: "items2.tsv", items: "")
            try expect("1 columns", at: "users2.tsv:1", users: "u1\n")
            try expect("a user without items", at: "users2.tsv:2", users: "u1\ta\nu2\t \n")
            try expect("user \"u1\" occurs twice", at: "users2.tsv:2", users: "u1\ta\nu1\ta\n")
            try expect("an interaction without a user", at: "users2.tsv:1", users: "\ta\n")
            try expect("no interactions are left", at: "users2.tsv", users: "\n")
            try Data([0x75, 0x09, 0xFF, 0x0A]).write(to: folder.appending(path: "latin.tsv"))
            expectError("not UTF-8", at: "latin.tsv:1") {
                _ = try run(folder, .iisan(users: folder.appending(path: "latin.tsv"), items: items))
            }
            expectError("could not open", at: "absent.tsv") {
                _ = try run(folder, .iisan(users: folder.appending(path: "absent.tsv"), items: items))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "set").path))
        }
    }

    @Test func tablesAreOrderedByTimeAndTiesKeepTheirOrder() throws {
        try withTemporaryFolder { folder in
            let text =
                "rating,user_id,\"item_id\",timestamp\n5,u1,a,30\n4,u2,b,5\n3,u1,\"b,1\",10\n2,u1,c,30\n1,u1,d,10\n1,u2,c,5.0\n"
            let table = InteractionTable(Table(try folder.file("x.csv", text)))
            let (dataset, report) = try run(folder, .tables(interactions: table))
            #expect(histories(dataset) == ["u1": ["b,1", "d", "a", "c"], "u2": ["b", "c"]])
            #expect(dataset.histories.timestamps.map(Array.init) == [10, 10, 30, 30, 5, 5])
            #expect(report.items == 5 && report.itemsWithoutTitle == 5)
            let compressed = folder.appending(path: "y.csv.gz")
            try gzip(Array(text.utf8)).write(to: compressed)
            let again = try run(folder, .tables(interactions: InteractionTable(Table(compressed))))
            #expect(again.report.contentHash == report.contentHash)
            // Without the timestamp the order of the rows counts.
            let plain = InteractionTable(Table(try folder.file("z.tsv", "u1\ta\nu1\tb\n"), firstRow: .data))
            #expect(histories(try run(folder, .tables(interactions: plain)).dataset) == ["u1": ["a", "b"]])
        }
    }

    @Test func jsonLinesAndPicturePaths() throws {
        try withTemporaryFolder { folder in
            let lines = #"{"who":7,"what":"a","when":2}"# + "\n\n" + #"{"when":1,"what":"b","who":"7"}"# + "\n"
            let interactions = InteractionTable(
                Table(try folder.file("x.jsonl", lines)), user: "who", item: "what", timestamp: "when")
            _ = try folder.file("covers/a.jpg", "x")
            let items = ItemTable(
                Table(try folder.file("items.csv", "item,title,cover\na,\"x, \"\"y\"\"\nz\",covers/a.jpg\nb,B,covers/b.jpg\n")),
                picture: "cover")
            let (dataset, report) = try run(folder, .tables(interactions: interactions, items: items))
            #expect(histories(dataset) == ["7": ["b", "a"]])
            #expect(dataset.items[0].title == "x, \"y\"\nz")
            #expect(dataset.items[0].picture?.path == folder.appending(path: "covers/a.jpg").path)
            #expect(dataset.items[1].picture == nil)
            #expect(report.problems.total("pictures missing") == 1)
            #expect(report.problems.kinds.first?.places.first?.place.hasSuffix("items.csv:4") == true)
            let escape = ItemTable(Table(try folder.file("e.csv", "item,title,cover\na,A,../../x\nb,B,\n")), picture: "cover")
            expectError("leaves the pictures folder", at: "e.csv:2") {
                _ = try run(folder, .tables(interactions: interactions, items: escape))
            }
            let numbered = InteractionTable(interactions.table, user: 1)
            expectError("whose values have keys", at: "x.jsonl:1") { _ = try run(folder, .tables(interactions: numbered)) }
            let missing = try folder.file("m.jsonl", #"{"who":7,"what":"a","when":2}"# + "\n" + #"{"who":7,"what":"b"}"# + "\n")
            expectError("without a time", at: "m.jsonl:2") {
                _ = try run(
                    folder,
                    .tables(interactions: InteractionTable(Table(missing), user: "who", item: "what", timestamp: "when")))
            }
        }
    }

    @Test func idsDoNotLeaveThePicturesFolder() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("secret.jpg", "x")
            _ = try folder.file("p/a.jpg", "x")
            let users = try folder.file("users.tsv", "u\t../secret a\n")
            let items = try folder.file("items.tsv", "../secret\tS\na\tA\n./a\tA\n")
            let (dataset, _) = try run(folder, .iisan(users: users, items: items, pictures: folder.appending(path: "p")))
            #expect(dataset.items.map(\.picturePath) == [nil, "a.jpg", nil])
        }
    }

    @Test func microLens() throws {
        try withTemporaryFolder { folder in
            let pairs = try folder.file("pairs.csv", "user,item,timestamp\n1,10,5\n2,11,4\n1,12,3\n")
            _ = try folder.file("covers/12.jpg", "x")
            for header in ["item,title\n", ""] {
                let titles = try folder.file("titles.csv", header + "10,\"Ten, of\"\n11,Eleven\n12,\n")
                let (dataset, report) = try run(
                    folder, .microLens(pairs: pairs, titles: titles, covers: folder.appending(path: "covers")))
                #expect(histories(dataset) == ["1": ["12", "10"], "2": ["11"]])
                #expect(dataset.items.map(\.title) == ["Ten, of", "Eleven", nil])
                #expect(dataset.items.map(\.picturePath) == [nil, nil, "12.jpg"])
                #expect(report.interactions == 3)
            }
        }
    }

    @Test func amazonOfBothYears() throws {
        try withTemporaryFolder { folder in
            let reviews2018 = folder.appending(path: "r.json.gz")
            let text =
                #"{"overall":5.0,"reviewerID":"U1","asin":"B1","style":{"Size:":" x"},"unixReviewTime":1500000002}"# + "\n"
            try gzip(Array((text + text.replacing("B1", with: "B2").replacing("002}", with: "001}")).utf8)).write(
                to: reviews2018)
            let metadata2018 = try folder.file(
                "m.json", #"{"asin":"B1","imageURL":["http://x/y.jpg"]}"# + "\n" + #"{"asin":"B2","title":"5&quot; B"}"# + "\n")
            let first = try run(folder, .amazon(reviews: reviews2018, metadata: metadata2018))
            #expect(histories(first.dataset) == ["U1": ["B2", "B1"]])
            #expect(first.dataset.items.map(\.title) == [nil, "5\" B"])
            #expect(first.dataset.manifest.source.contains("2018"))
            let reviews2023 = try folder.file(
                "r.jsonl", #"{"asin":"V1","parent_asin":"P1","user_id":"U","timestamp":1588687728923}"# + "\n")
            let metadata2023 = try folder.file("m.jsonl", #"{"title":"T","images":[{"large":"u"}],"parent_asin":"P1"}"# + "\n")
            let second = try run(folder, .amazon(reviews: reviews2023, metadata: metadata2023))
            #expect(histories(second.dataset) == ["U": ["P1"]])
            #expect(second.dataset.histories.timestamps.map(Array.init) == [1_588_687_728_923])
            #expect(second.dataset.manifest.source.contains("2023"))
            expectError("neither the keys", at: "m.jsonl:1", remedy: "images") {
                _ = try run(folder, .amazon(reviews: metadata2023, metadata: metadata2018))
            }
            let stream = try Data(contentsOf: reviews2018)
            try stream.prefix(stream.count - 20).write(to: reviews2018)
            expectError("gzip stream is damaged or cut off", at: "r.json.gz") {
                _ = try run(folder, .amazon(reviews: reviews2018, metadata: metadata2018))
            }
        }
    }

    @Test func anExistingDirectoryIsNotReplacedUnasked() throws {
        try withTemporaryFolder { folder in
            let users = try folder.file("users.tsv", "u\ta\n")
            let items = try folder.file("items.tsv", "a\tA\n")
            let run = DatasetImport(.iisan(users: users, items: items))
            var told: [Int] = []
            let report = try run.run(to: folder.appending(path: "set")) { told.append($0.done) }
            #expect(told == [1])
            #expect(report.text.hasPrefix("1 users, 1 items, 1 interactions"))
            expectError("already exists", at: "set") { try run.run(to: folder.appending(path: "set")) }
        }
    }
}
