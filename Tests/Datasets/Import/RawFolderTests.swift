import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// What a look at a folder of raw files finds, and that it imports.
struct RawFolderTests {
    /// Looks at a folder, and imports what was found as it was found.
    private func look(_ folder: URL) throws -> (found: RawFolder.Found, report: ImportReport, remarks: [String]) {
        let raw = try RawFolder(folder)
        let found = try #require(raw.found, "\(raw.remarks)")
        let report = try withTemporaryFolder { try found.datasetImport.run(to: $0.appending(path: "set")) }
        var planned = try #require(found.report)
        planned = try JSONDecoder().decode(ImportReport.self, from: JSONEncoder().encode(planned))
        #expect((planned.users, planned.items, planned.interactions) == (report.users, report.items, report.interactions))
        #expect(planned.order == report.order && planned.itemsWithoutPicture == report.itemsWithoutPicture)
        return (found, report, raw.remarks)
    }

    private static let log = "user_id;product;bought\nu1;p1;2024-05-31\nu1;p2;2024-05-30\nu2;p1;2024-05-29\nu2;p9;2024-05-29\n"
    private static let products = "sku,label,price\np1,\"Red shoes, new\",5\np2,Blue shoes,6\np3,Green hat,7\n"

    @Test func tablesWithColumnsOfOtherNames() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("raw/log.csv", Self.log)
            _ = try folder.file("raw/products.csv", Self.products)
            _ = try folder.file("raw/README.txt", "Some words.\nMore words, with a comma.\n")
            for name in ["p1.jpg", "p3.png", "logo.png"] { _ = try folder.file("raw/photos/\(name)", "x") }
            _ = try folder.file("raw/other/x.jpg", "x")
            let (found, report, _) = try look(folder.appending(path: "raw"))
            #expect(found.form == .table && found.interactions.lastPathComponent == "log.csv")
            #expect((found.user, found.item, found.timestamp) == ("user_id", "product", "bought"))
            #expect((found.id, found.title) == ("sku", "label"))
            #expect(found.pictures?.lastPathComponent == "photos")
            #expect(found.unknownItems == .drop && report.unknownInteractions == 1)
            #expect(report.interactions == 3 && report.itemsWithoutPicture == 1)
            #expect(report.order == HistoryOrder(.time, column: "bought", unit: .dates))
            #expect(found.notes["pictures"]?.first?.contains("66 %") == true)
        }
    }

    @Test func tablesWithoutNames() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("log.dat", "7|a|1700000002\n7|b|1700000001\n8|a|1700000003\n")
            _ = try folder.file("items.tsv", "a\tThe title of a\nb\tThe title of b\n")
            let (found, report, _) = try look(folder)
            #expect((found.user, found.item, found.timestamp) == (1, 2, 3))
            #expect(report.interactions == 3 && report.itemsWithoutTitle == 0)
        }
    }

    /// Users of the same ids as items, with lists of items as their texts, are no items.
    @Test func historiesAreNotTakenForItems() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("a/users.tsv", "1\t2 1\n2\t1 2 3\n3\t1\n4\t2 2\n")
            _ = try folder.file("log.tsv", "user_id\titem_id\ttimestamp\n1\t1\t1700000001\n2\t3\t1700000002\n")
            _ = try folder.file("names.tsv", "item_id\ttitle\n1\tThe first\n2\tThe second\n3\tThe third\n")
            #expect(try look(folder).found.items?.lastPathComponent == "names.tsv")
        }
    }

    @Test func releases() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("ml/u.data", "1\t10\t5\t874965002\n1\t20\t3\t874965001\n")
            _ = try folder.file("ml/u.item", "10|A (1995)|x\n20|B (1996)|y\n")
            #expect(try look(folder.appending(path: "ml")).found.form == .movieLens)
            _ = try folder.file("rb/x.inter", "user_id:token\titem_id:token\ttimestamp:float\nu0\ta\t2\n")
            _ = try folder.file("rb/x.item", "item_id:token\ttitle:token_seq\na\tA\n")
            #expect(try look(folder.appending(path: "rb")).found.form == .recBole)
            _ = try folder.file("am/r.jsonl", #"{"reviewerID":"U","asin":"B","unixReviewTime":1500000002}"# + "\n")
            _ = try folder.file("am/meta.jsonl", #"{"asin":"B","title":"T"}"# + "\n")
            #expect(try look(folder.appending(path: "am")).found.form == .amazon)
            _ = try folder.file("ii/users.tsv", "u1\tb a a\nu2\ta b\n")
            _ = try folder.file("ii/items.tsv", "a\tThe A\nb\tThe B\n")
            let iisan = try look(folder.appending(path: "ii"))
            #expect(iisan.found.form == .iisan && iisan.report.order == HistoryOrder(.given))
            // The users' numbers are the items' too: the lines are histories all the same.
            _ = try folder.file("numbers/users.tsv", "1\t2 3 1\n2\t1 3\n3\t3 2\n")
            _ = try folder.file("numbers/items.tsv", "1\tA red shoe\n2\tA blue shoe\n3\tA green hat\n")
            let numbers = try look(folder.appending(path: "numbers"))
            #expect(numbers.found.form == .iisan && numbers.report.interactions == 7)
        }
    }

    @Test func picturesByPath() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("log.csv", "user,item,time\nu1,a,5\nu1,b,6\n")
            _ = try folder.file("items.csv", "item,title,cover\na,The A,art/one.jpg\nb,The B,art/two.jpg\n")
            _ = try folder.file("art/one.jpg", "x")
            let (found, report, _) = try look(folder)
            #expect(found.picture == "cover" && found.pictures == nil && report.itemsWithoutPicture == 1)
        }
    }

    @Test func nothingToImportIsSaid() throws {
        try withTemporaryFolder { folder in
            #expect(try RawFolder(folder).found == nil)
            _ = try folder.file("notes.csv", "a,b\n1,2\n")
            _ = try folder.file("x.bin", "x")
            #expect(try RawFolder(folder).found == nil)
            _ = try folder.file("bad/log.csv", "user_id,item_id,timestamp\nu1,a,5\nu1,b,x\n")
            let raw = try RawFolder(folder)
            #expect(raw.found == nil && raw.remarks.first?.contains("log.csv:3") == true)
            expectError("could not list", at: "absent") { _ = try RawFolder(folder.appending(path: "absent")) }
        }
    }

    @Test func whatThisProgramMadeIsNoRawFile() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("log.csv", "user,item,time\nu1,a,5\n")
            let source = ImportSource.tables(interactions: InteractionTable(Table(folder.appending(path: "log.csv"))))
            try DatasetImport(source).run(to: folder.appending(path: "dataset"))
            _ = try folder.file("model/config.json", "{}")
            let raw = try RawFolder(folder)
            #expect(raw.remarks.isEmpty && raw.found?.interactions.lastPathComponent == "log.csv")
            #expect(raw.models.map(\.lastPathComponent) == ["model"])
        }
    }

    @Test(.enabled(if: sharedData("ml-100k-posters") != nil))
    func movieLensWithPosters() throws {
        let (found, report, remarks) = try look(try #require(sharedData("ml-100k-posters")))
        #expect(found.form == .table && found.items?.lastPathComponent == "items.tsv")
        #expect((report.users, report.items, report.interactions) == (943, 1682, 100_000))
        #expect(report.itemsWithoutPicture == 1682 - 1295 && report.order?.unit == .seconds)
        #expect(remarks.contains { $0.contains("iisan_format/users.tsv") })
    }

    @Test(.enabled(if: sharedData("amazon-scientific") != nil))
    func amazonScientific() throws {
        let (found, report, _) = try look(try #require(sharedData("amazon-scientific")))
        #expect(found.form == .iisan && (report.users, report.items, report.interactions) == (12_076, 20_825, 85_211))
    }
}
