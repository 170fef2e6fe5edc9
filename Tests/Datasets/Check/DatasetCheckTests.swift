import Datasets
import Files
import Foundation
import TestSupport
import Testing

struct DatasetCheckTests {
    @Test func countsByHand() throws {
        try withTemporaryFolder { folder in
            _ = try folder.file("p/a.jpg", "x")
            let contents = DatasetContents(
                name: "set", source: "",
                items: [
                    .init(id: "a", title: "A", picturePath: "a.jpg"), .init(id: "b", title: "A", picturePath: "b.jpg"),
                    .init(id: "c", title: nil), .init(id: "d", title: "D"), .init(id: "e", title: "E"),
                    .init(id: "f", title: "F"),
                ],
                pictures: folder.appending(path: "p"),
                // u1: test target a is in its history. u2: validation target e is cold. u3 has one item.
                histories: [("u1", [0, 0, 1, 2, 0]), ("u2", [1, 2, 1, 4, 2]), ("u3", [3])])
            let dataset = try contents.write(to: folder.appending(path: "set"))
            let check = try DatasetCheck(dataset)
            #expect((check.users, check.items, check.interactions) == (3, 6, 11))
            #expect(check.itemsWithoutTitle == 1)
            #expect(check.itemsWithoutPicture == 4)
            #expect(check.picturesMissing == 1)
            #expect(check.duplicateTitles == 1)
            #expect(check.itemsNeverInteracted == 1)
            #expect(check.consecutiveRepeats == 1)
            #expect(check.usersUnderMinimum == 1)
            #expect(check.trainingUsers == 2)
            #expect(check.trainingInteractions == 6)
            #expect((check.validation.cases, check.validation.unreachable, check.validation.cold) == (2, 0, 1))
            #expect((check.test.cases, check.test.unreachable, check.test.cold) == (2, 2, 0))
            #expect((check.lengths.minimum, check.lengths.median, check.lengths.maximum) == (1, 5, 5))
            #expect(check.lengths.bars.map(\.count) == [1, 0, 0, 2])
            let missing = check.findings.kinds.first { $0.name == "pictures missing on disk" }
            #expect(missing?.places.first?.place.hasSuffix("set/items.jsonl:2") == true)
            let short = check.findings.kinds.first { $0.name == "users with fewer than 5 interactions" }
            #expect(short?.places.first?.place.hasSuffix("set/users.jsonl:3") == true)
            #expect(check.text.contains("test: 2 targets, 2 unreachable, 0 cold"))
            #expect(check.olderInteractions == 0 && !check.text.contains("older"))
            let shortened = try DatasetCheck(dataset, SplitOptions(maximumItems: 4))
            #expect(shortened.olderInteractions == 2 && shortened.text.contains("2 older interactions"))
            var whole = SplitOptions(maximumItems: 4)
            whole.history = .whole
            #expect(try DatasetCheck(dataset, whole).olderInteractions == 0)
            #expect(try JSONDecoder().decode(DatasetCheck.self, from: JSONEncoder().encode(check)) == check)
        }
    }

    @Test func listsAreCappedAndTotalsAreNot() throws {
        try withDataset(items: 40, [[0, 1, 2, 3, 4]]) { dataset in
            let check = try DatasetCheck(dataset, limit: 3)
            #expect(check.itemsNeverInteracted == 35)
            let kind = check.findings.kinds.first { $0.name == "items never interacted with" }
            #expect(kind?.total == 35)
            #expect(kind?.places.count == 3)
            #expect(check.text.contains("and 32 more"))
        }
    }

    @Test func aSplitThatCannotBeMadeIsAFact() throws {
        try withDataset(items: 3, [[0], [1, 2]]) { dataset in
            let check = try DatasetCheck(dataset)
            #expect(check.splitProblem?.contains("none of the 2 users") == true)
            #expect(check.usersUnderMinimum == 2)
            #expect(check.text.contains("split: none of the 2 users"))
            #expect(try DatasetCheck(dataset, SplitOptions(kind: .timestamp)).splitProblem?.contains("timestamps") == true)
            let error = #expect(throws: UserError.self) { try DatasetCheck(dataset, SplitOptions(minimumItems: 1)) }
            #expect(error?.place?.hasSuffix("minimum_items") == true && error?.problem.contains("is 1") == true)
        }
    }

    @Test func quartilesAreNearestRank() throws {
        try withDataset(items: 1, (1...9).map { [Int32](repeating: 0, count: $0) }) { dataset in
            let lengths = try DatasetCheck(dataset).lengths
            #expect((lengths.lowerQuartile, lengths.median, lengths.upperQuartile) == (3, 5, 7))
            #expect(lengths.mean == 5)
            #expect(lengths.bars.map(\.count) == [1, 1, 2, 4, 1])
            #expect(lengths.text.contains("quartiles 3 5 7, max 9, mean 5.0"))
        }
    }
}
