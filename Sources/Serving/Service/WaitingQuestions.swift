import Files
import Synchronization

/// The questions that wait for an answer, as many as may, and all other calls that are under way.
final class WaitingQuestions: Sendable {
    /// A question and, once there is one, its answer.
    final class Place: Sendable {
        let question: Question
        private let outcome = Mutex<Result<Answer, any Error>?>(nil)

        init(_ question: Question) { self.question = question }

        /// The answer; nil as long as there is none.
        var result: Result<Answer, any Error>? { outcome.withLock { $0 } }

        /// Takes an answer unless there is one.
        func end(_ result: Result<Answer, any Error>) {
            outcome.withLock { if $0 == nil { $0 = result } }
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var waiting: [Place] = []
        var others = 0
    }

    /// - Parameter limit: how many may wait.
    init(limit: Int) { self.limit = limit }

    /// How many wait.
    var count: Int { state.withLock { $0.waiting.count + $0.others } }

    /// Puts a question at the end of the line.
    ///
    /// - Throws: ``Refusal`` when as many wait as may.
    func join(_ question: Question) throws -> Place {
        let place = Place(question)
        try state.withLock {
            guard $0.waiting.count + $0.others < limit else { throw isBusy }
            $0.waiting.append(place)
        }
        return place
    }

    /// Takes a question out that nobody waits for any more.
    func leave(_ place: Place) {
        state.withLock { $0.waiting.removeAll { $0 === place } }
        place.end(.failure(CancellationError()))
    }

    /// Takes the next questions out of the line, those who have waited longest.
    func next(_ most: Int) -> [Place] {
        state.withLock { state in
            let next = Array(state.waiting.prefix(most))
            state.waiting.removeFirst(next.count)
            return next
        }
    }

    /// Counts another call among those that wait, for as long as it takes.
    ///
    /// - Throws: ``Refusal`` when as many wait as may; whatever `body` throws.
    func during<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try state.withLock {
            guard $0.waiting.count + $0.others < limit else { throw isBusy }
            $0.others += 1
        }
        defer { state.withLock { $0.others -= 1 } }
        return try await body()
    }

    private var isBusy: Refusal {
        Refusal(.isBusy, UserError("\(limit) calls wait already", remedy: "Ask again a little later."))
    }
}
