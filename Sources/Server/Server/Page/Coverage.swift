import Serving
import Synchronization
import Torch

/// What some users are recommended, counted by items.
struct Coverage: Sendable {
    /// Who was looked at.
    var users: [HistorySample.User]
    /// In how many lists of ten each item is that is in one.
    var lists: [String: Int]
    /// How many lists there were.
    var count: Int
    /// Items that could be recommended.
    var items: Int
    /// Of those looked at, some that are in no list.
    var nobody: [String]

    /// The users that are looked at, at most, and the items of a list.
    static let mostUsers = 1000
    static let top = 10

    /// Asks for each of some users.
    init(_ state: ServerState, _ gallery: Gallery) async throws {
        users = try await HistorySample(state).users(most: Self.mostUsers)
        lists = [:]
        count = 0
        let questions = users.map { user in
            var question = Question(user.history)
            question.top = Self.top
            return question
        }
        for result in try await gallery.engine.model.answers(to: questions) {
            // Histories whose items are all gone are no lists; what is refused when many ask is not counted.
            guard case .success(let answer) = result, !answer.isPopularity else { continue }
            count += 1
            for item in answer.items { lists[item.item, default: 0] += 1 }
        }
        let snapshot = gallery.snapshot
        items = snapshot.search.count - snapshot.leftOut.count
        // Evenly from the catalogue, not its oldest items alone.
        nobody = []
        let step = max(1, snapshot.search.count / 997)
        for start in 0..<step where nobody.count < 24 {
            for row in stride(from: start, to: snapshot.search.count, by: step) where !snapshot.leftOut.contains(row) {
                let id = snapshot[row].id
                if lists[id] == nil { nobody.append(id) }
                if nobody.count == 24 { break }
            }
        }
    }

    /// The items of most lists.
    var most: [(item: String, lists: Int)] {
        lists.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(16).map { ($0.key, $0.value) }
    }

    /// Items that are in more than half of the lists.
    var everybody: Int { lists.values.count { $0 * 2 > count } }
}

/// Keeps what was counted until items change, the model does or a minute has passed.
final class CoverageCache: Sendable {
    private struct Entry {
        var model: String
        var revision: Int
        var start: ContinuousClock.Instant
        var work: Task<Coverage, any Error>
    }

    private let entry = Mutex<Entry?>(nil)

    /// What was counted lately, or is being counted.
    func of(_ state: ServerState, _ gallery: Gallery) async throws -> Coverage {
        let model = try await gallery.engine.model.ask(\.name)
        let work = entry.withLock { entry in
            if let known = entry, known.model == model, known.revision == gallery.snapshot.revision,
                .now - known.start < .seconds(60)
            {
                return known.work
            }
            let made = Task { try await Coverage(state, gallery) }
            entry = Entry(model: model, revision: gallery.snapshot.revision, start: .now, work: made)
            return made
        }
        do { return try await work.value } catch {
            entry.withLock { if $0?.work == work { $0 = nil } }
            throw error
        }
    }
}
