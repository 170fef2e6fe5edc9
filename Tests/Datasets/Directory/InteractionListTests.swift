import TestSupport
import Testing

@testable import Datasets

struct InteractionListTests {
    /// The plain way: filter each user's rows, sort them by time, keep the order of equal times.
    private func grouped(_ rows: [Interaction], users: Int) -> [[Interaction]] {
        (0..<users).map { user in
            rows.enumerated().filter { $1.user == user }
                .sorted { ($0.element.timestamp, $0.offset) < ($1.element.timestamp, $1.offset) }.map(\.element)
        }
    }

    @Test func groupsAsSortingEachUsersRowsDoes() throws {
        var generator = SeededGenerator(seed: 21)
        for round in 0..<60 {
            let users = Int.random(in: 1...40, using: &generator)
            // Few different times make many equal ones; the item tells the rows of one time apart.
            let rows = (0..<Int.random(in: 0...500, using: &generator)).map { row in
                Interaction(
                    user: .random(in: 0..<Int32(users), using: &generator), item: Int32(row),
                    timestamp: round % 3 == 0 ? 0 : .random(in: -5...5, using: &generator))
            }
            let list = InteractionList()
            for row in rows { list.append(row) }
            let starts = try list.group(users: users)
            let expected = grouped(rows, users: users)
            #expect(starts.count == users + 1 && starts[0] == 0 && starts[users] == Int64(rows.count))
            for user in 0..<users {
                let found = list.rows[Int(starts[user])..<Int(starts[user + 1])]
                #expect(found.map(\.item) == expected[user].map(\.item))
                #expect(found.map(\.timestamp) == expected[user].map(\.timestamp))
            }
        }
    }

    @Test func growsWithoutLosingRows() {
        let list = InteractionList()
        for row in 0..<Int32(300_000) { list.append(Interaction(user: row % 7, item: row, timestamp: Int64(row))) }
        #expect(list.count == 300_000)
        #expect(list.rows[..<list.count].enumerated().allSatisfy { $1.item == $0 && $1.user == $0 % 7 })
    }
}
