import Datasets
import Foundation
import TestSupport
import Testing

/// Imports of real data where it lies beside the checkout.
struct RealDataTests {
    @Test(.enabled(if: sharedData("amazon-scientific") != nil))
    func amazonScientific() throws {
        let folder = try #require(sharedData("amazon-scientific"))
        try withTemporaryFolder { temporary in
            let set = temporary.appending(path: "scientific")
            let report = try DatasetImport(
                .iisan(
                    users: folder.appending(path: "am_Industrial_and_Scientific_users.tsv"),
                    items: folder.appending(path: "Industrial_and_Scientific_items.tsv"))
            ).run(to: set)
            #expect((report.users, report.items, report.interactions) == (12_076, 20_825, 85_211))
            #expect(report.itemsWithoutTitle == 0)
            let dataset = try Dataset.open(set)
            let item = try #require(dataset.itemIndex(of: "B005FU5HFI"))
            #expect(dataset.items[item].title?.contains("Hold & Error") == true)
            let first = dataset.histories[0].map { dataset.items[Int($0)].id }
            #expect(first == ["B0098MLBAO", "B0098MLBAO", "B00E8JOCOE", "B00S730YWG", "B0098MLBAO"])
            let split = try Split(dataset)
            #expect(split.users.count == 12_076)
            #expect(split.evaluation(.test).count == 12_076)
            let check = try DatasetCheck(dataset, lookingForPictures: false)
            #expect(check.lengths.minimum == 5 && check.lengths.maximum == 79)
            #expect(check.itemsNeverInteracted == 0)
            // The papers count the 20,314 items of the kept interactions.
            var isKept = [Bool](repeating: false, count: report.items)
            for history in dataset.histories { for item in history.suffix(13) { isKept[Int(item)] = true } }
            #expect(isKept.count { $0 } == 20_314)
        }
    }

    @Test(.enabled(if: sharedData("ml-100k-posters") != nil))
    func movieLensInBothForms() throws {
        let folder = try #require(sharedData("ml-100k-posters"))
        try withTemporaryFolder { temporary in
            let iisan = try DatasetImport(
                .iisan(
                    users: folder.appending(path: "iisan_format/users.tsv"),
                    items: folder.appending(path: "iisan_format/items.tsv"),
                    pictures: folder.appending(path: "posters"))
            ).run(to: temporary.appending(path: "iisan"))
            #expect((iisan.users, iisan.items, iisan.interactions) == (943, 1295, 79_760))
            #expect(iisan.itemsWithoutPicture == 0 && iisan.picturesWithoutItem == 0)
            let tables = try DatasetImport(
                .tables(
                    interactions: InteractionTable(Table(folder.appending(path: "interactions.tsv"))),
                    items: ItemTable(Table(folder.appending(path: "items.tsv")), picture: "poster"))
            ).run(to: temporary.appending(path: "tables"))
            #expect((tables.users, tables.items, tables.interactions) == (943, 1682, 100_000))
            #expect(tables.itemsWithoutPicture == 1682 - 1295)
            let dataset = try Dataset.open(temporary.appending(path: "tables"))
            let picture = try #require(dataset.items[0].picture)
            #expect(try Data(contentsOf: picture).prefix(2) == Data([0xFF, 0xD8]))
            let check = try DatasetCheck(dataset)
            #expect(check.picturesMissing == 0 && check.usersUnderMinimum == 0)
            // The same users' items in the same order, but for items without a poster and the order of equal times.
            let small = try Dataset.open(temporary.appending(path: "iisan"))
            for user in 0..<943 {
                let whole = dataset.histories[user].map { dataset.items[Int($0)] }.filter { $0.picture != nil }.map(\.id)
                let other = try #require((0..<943).first { small.userID($0) == dataset.userID(user) })
                #expect(whole.sorted() == small.histories[other].map { small.items[Int($0)].id }.sorted())
            }
        }
    }
}
