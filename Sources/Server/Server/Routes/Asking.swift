import Database
import Files
import HTTPTypes
import IISAN
import Serving

/// How questions are put to what answers: a user's history is read first, and who has changed an item can wait until that is seen.
struct Asking: Sendable {
    let state: ServerState

    /// A question as the model is asked it.
    struct Prepared: Sendable {
        var question: Question
        /// Events of the user's history; nil where a history was sent.
        var events: Int?
        var revision: Int?
    }

    /// The newest events of a user that are looked at for what was seen.
    static let mostSeen = 100_000

    /// Reads what a question needs.
    func prepared(_ body: RecommendBody) async throws -> Prepared {
        var question = body.question
        _ = try Checks.number(question.top, 1...state.settings.top, at: "n")
        guard let user = body.user else { return Prepared(question: question, events: nil, revision: body.revision) }
        let events = try await state.engine.database.events(of: user, newest: Self.mostSeen, kinds: nil)
        let positive = state.settings.positive.map(Set.init)
        let history = events.lazy.filter { positive?.contains($0.kind) ?? true }.map(\.item)
        question.history = history.suffix(state.settings.history)
        if !question.keepSeen { question.exclude += Set(events.map { ExactText($0.item) }).map(\.text) }
        return Prepared(question: question, events: question.history.count, revision: body.revision)
    }

    /// Answers one question.
    func answer(_ body: RecommendBody, _ context: ServerContext) async throws -> AnswerBody {
        let start = ContinuousClock.now
        let prepared = try await prepared(body)
        let model = try state.engine.model
        let answer = try await reached(prepared.revision, \.revision) {
            do { return try await model.answer(to: prepared.question) } catch let refusal as Refusal {
                guard let retried = withoutHistory(prepared, refusal) else { throw refusal }
                var answer = try await model.answer(to: retried)
                answer.ignored = prepared.question.history
                return answer
            }
        }
        let took = ContinuousClock.now - start
        state.metrics.answer(1, took: took)
        var body = try await self.body(answer, events: prepared.events, context)
        body.took = took.milliseconds
        return body
    }

    /// Answers some, each with its own success or failure.
    func answers(_ bodies: [Result<RecommendBody, Failure>], _ context: ServerContext) async throws -> [Result<
        AnswerBody, Failure
    >] {
        let start = ContinuousClock.now
        var results: [Result<AnswerBody, Failure>?] = bodies.map { _ in nil }
        var asked: [(place: Int, prepared: Prepared)] = []
        for (place, body) in bodies.enumerated() {
            do { asked.append((place, try await prepared(body.get()))) } catch { results[place] = .failure(Failure(error)) }
        }
        let model = try state.engine.model
        let wanted = asked.compactMap(\.prepared.revision).max()
        let answers = try await reached(wanted, { $0.compactMap { try? $0.get().revision }.min() ?? .max }) {
            try await model.answers(to: asked.map(\.prepared.question))
        }
        for ((place, prepared), answer) in zip(asked, answers) {
            do {
                results[place] = .success(try await body(answer.get(), events: prepared.events, context))
            } catch let refusal as Refusal {
                guard let retried = withoutHistory(prepared, refusal) else {
                    results[place] = .failure(Failure(refusal))
                    continue
                }
                do {
                    var answer = try await model.answer(to: retried)
                    answer.ignored = prepared.question.history
                    results[place] = .success(try await body(answer, events: prepared.events, context))
                } catch { results[place] = .failure(Failure(error)) }
            }
        }
        state.metrics.answer(bodies.count, took: .now - start)
        return results.map { $0! }
    }

    /// Of a user whose items are all gone nothing is known: the question without a history.
    private func withoutHistory(_ prepared: Prepared, _ refusal: Refusal) -> Question? {
        guard refusal.reason == .unknownItem, prepared.events != nil else { return nil }
        var question = prepared.question
        question.history = []
        return question
    }

    /// An answer from a revision on: asked again until it comes, for a second.
    ///
    /// - Throws: ``Failure`` (409) where it does not come in time: it is in nobody's hands here when another server's change arrives.
    func reached<Result>(
        _ revision: Int?, _ of: (Result) -> Int, _ body: () async throws -> Result
    ) async throws -> Result {
        let end = ContinuousClock.now + .seconds(1)
        while true {
            let result = try await body()
            guard let revision, of(result) < revision else { return result }
            guard ContinuousClock.now < end else {
                throw Failure(
                    .conflict, "revision_not_reached", "the items are at revision \(of(result)), and \(revision) is asked for",
                    param: "min_revision", remedy: "Ask again, or without it.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// An answer as it is sent.
    func body(_ answer: Answer, events: Int? = nil, _ context: ServerContext) async throws -> AnswerBody {
        let pictures = try await state.engine.pictures.versions(of: answer.items.map(\.item))
        return AnswerBody(
            requestID: context.requestID, model: answer.model, revision: answer.revision, userEvents: events,
            isFallback: answer.isPopularity, ignored: answer.ignored, took: nil,
            items: answer.items.map { AnswerBody.Item($0, pictures: pictures) })
    }
}
