import Database
import Datasets
import IISAN
import Serving

/// Histories to look at: of users whose events the server keeps, and of the dataset's users.
struct HistorySample: Sendable {
    /// A user with the history.
    struct User: Sendable, Equatable {
        /// What it is called; nil for one of the dataset.
        var id: String?
        /// The items, oldest first.
        var history: [String]
    }

    /// The newest items of a user that are looked at.
    static let longest = 50
    private let state: ServerState

    init(_ state: ServerState) { self.state = state }

    /// The history of a user of the server's events; empty where nothing is known.
    func history(of user: String) async throws -> [String] {
        let positive = state.settings.positive
        return try await state.engine.database.events(of: user, newest: Self.longest, kinds: positive).map(\.item)
    }

    /// Users who did something last, and then users of the dataset that stand evenly in it, together at most some.
    ///
    /// - Parameter shortest: the fewest items of a history.
    func users(most: Int, shortest: Int = 1) async throws -> [User] {
        var users: [User] = []
        let engine = try state.engine
        for id in try await engine.database.users(newest: most) {
            let history = try await history(of: id)
            if history.count >= shortest { users.append(User(id: id, history: history)) }
        }
        let rest = most - users.count
        guard rest > 0 else { return users }
        return users
            + (try await engine.model.ask { model in
                let histories = model.dataset.histories
                let count = min(rest, histories.count)
                return (0..<count).compactMap { place in
                    let items = histories[(place * 2 + 1) * histories.count / (2 * count)].suffix(Self.longest)
                    guard items.count >= shortest else { return nil }
                    return User(id: nil, history: items.map { model.dataset.items[Int($0)].id })
                }
            })
    }
}

extension [HistorySample.User] {
    /// Who they are, as `57 users of the server and 143 of the dataset`.
    var sentence: String {
        let own = count { $0.id != nil }
        func users(_ count: Int) -> String { "\(count.grouped) \(count == 1 ? "user" : "users")" }
        if own == 0 { return "\(users(count)) of the dataset" }
        if own == count { return "\(users(own)) of the server" }
        return "\(users(own)) of the server and \((count - own).grouped) of the dataset"
    }
}
