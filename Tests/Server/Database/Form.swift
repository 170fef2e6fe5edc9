import Database
import Foundation
import TestSupport
import Testing

/// The forms of the database, for tests of what all of them promise.
enum Form: String, CaseIterable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String { rawValue }

    /// Opens a new database, does something with it, and removes it.
    func withDatabase(_ body: (any ServerDatabase) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await withTemporaryFolder { folder in
                let database = try SQLiteDatabase(folder.appending(path: "served"))
                try await body(database)
                try await database.close()
            }
        }
    }
}

extension ItemChange {
    /// A change of an item with a title and states of one modality.
    static func titled(_ id: String, _ title: String, expected: Int? = nil, picture: String? = nil) -> ItemChange {
        let states = [EncodedStates(modality: "text", encoder: "e1", numbers: Data(title.utf8))]
        var change = ItemChange(
            id: id, content: ItemContent(title: title, picture: picture, states: states), tags: ["a", "b\""])
        change.expected = expected
        return change
    }
}

/// Whether an error is a database's of some reason.
func isRefusal(_ reason: DatabaseError.Reason) -> (any Error) -> Bool {
    { ($0 as? DatabaseError)?.reason == reason }
}
