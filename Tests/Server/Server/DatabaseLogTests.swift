import Database
import Files
import Foundation
import Serving
import TestDatabase
import TestSupport
import Testing

@testable import Server

/// What a model reads of the database.
struct DatabaseLogTests {
    private static let picture = ItemTests.picture

    /// An item whose picture's file is missing is not taken for one without a picture: whoever has to encode it again fails.
    @Test func aMissingFileIsNoMissingPicture() async throws {
        try await withTemporaryFolder { folder in
            let (database, pictures) = (MemoryDatabase(), try PictureFolder(folder.appending(path: "pictures")))
            let name = try await pictures.store(Self.picture)
            var change = ItemChange(id: "n1", content: ItemContent(title: "One", picture: name))
            change.isHidden = true
            _ = try await database.write([change, ItemChange(id: "n2", content: ItemContent(title: "Two"))])
            try FileManager.default.removeItem(at: #require(pictures.file(of: name)))
            let logged = try await DatabaseLog(database, pictures, name: "served").changes(after: 0, most: 10, appended: [:])
            let items = logged.flatMap(\.changes).compactMap { if case .put(let item) = $0 { item.item } else { nil } }
            #expect(
                items.map(\.title) == ["One", "Two"] && items[0].picture?.hasSuffix(name) == true && items[1].picture == nil)
        }
    }

    /// Pictures of ids that look alike are not taken for each other.
    @Test func picturesOfIdsThatLookAlike() async throws {
        try await withTemporaryFolder { folder in
            let (database, pictures) = (
                try SQLiteDatabase(folder.appending(path: "served")), try PictureFolder(folder.appending(path: "pictures"))
            )
            let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
            let name = try await pictures.store(Self.picture)
            _ = try await database.write([
                ItemChange(id: composed, content: ItemContent(title: "One", picture: name)),
                ItemChange(id: decomposed, content: ItemContent(title: "Two")),
            ])
            let log = DatabaseLog(database, pictures, name: "served")
            #expect(try await log.changes(after: 0, most: 10, appended: [:]).count == 2)
            #expect(log.picture(of: composed) == .some(.some(name)) && log.picture(of: decomposed) == .some(nil))
            try await database.close()
        }
    }
}
