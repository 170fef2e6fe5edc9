import Database
import Files
import Foundation
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
        /// Items of the history that the catalogue does not have.
        var newItems: [NewItem] = []

        /// Asks a model as if it had these items.
        func ask<Result: Sendable>(
            _ model: ModelService, _ body: @escaping @Sendable (ServedModel, Question) throws -> Result
        ) async throws -> Result {
            let question = question
            if newItems.isEmpty { return try await model.ask { try body($0, question) } }
            return try await model.ask(with: newItems) { try body($0, question) }
        }
    }

    /// The newest events of a user that are looked at for what was seen.
    static let mostSeen = 100_000

    /// Reads what a question needs.
    func prepared(_ body: RecommendBody) async throws -> Prepared {
        var question = body.question
        _ = try Checks.number(question.top, 1...state.settings.top, at: "n")
        guard let user = body.user else {
            var prepared = Prepared(question: question, events: nil, revision: body.revision)
            for (id, item) in body.newItems { prepared.newItems.append(try await newItem(id, item)) }
            return prepared
        }
        let events = try await state.engine.database.events(of: user, newest: Self.mostSeen, kinds: nil)
        let positive = state.settings.positive.map(Set.init)
        let history = events.lazy.filter { positive?.contains($0.kind) ?? true }.map(\.item)
        question.history = history.suffix(state.settings.history)
        if !question.keepSeen { question.exclude += Set(events.map { ExactText($0.item) }).map(\.text) }
        return Prepared(question: question, events: question.history.count, revision: body.revision)
    }

    /// An item that is asked about and kept nowhere, but for its picture, for an hour.
    private func newItem(_ id: String, _ item: ItemBody) async throws -> NewItem {
        var file: URL?
        if let bytes = item.picture {
            guard bytes.count <= state.settings.picture.bytes else { throw Failure.tooLarge(state.settings.picture.bytes) }
            file = try await state.engine.pictures.keep(bytes)
        }
        return NewItem(id: id, title: item.title, picture: file?.path)
    }

    /// Answers one question.
    func answer(_ body: RecommendBody, _ context: ServerContext) async throws -> AnswerBody {
        try await answer(prepared(body), context)
    }

    private func answer(_ prepared: Prepared, _ context: ServerContext) async throws -> AnswerBody {
        let start = ContinuousClock.now
        let model = try state.engine.model
        let answer = try await reached(prepared.revision, \.revision) {
            do { return try await Self.answer(to: prepared, from: model) } catch let refusal as Refusal {
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

    private static func answer(to prepared: Prepared, from model: ModelService) async throws -> Answer {
        if prepared.newItems.isEmpty { return try await model.answer(to: prepared.question) }
        return try await prepared.ask(model) { try $0.answer(to: $1) }
    }

    /// Answers some, each with its own success or failure.
    func answers(_ bodies: [Result<RecommendBody, Failure>], _ context: ServerContext) async throws -> [Result<
        AnswerBody, Failure
    >] {
        let start = ContinuousClock.now
        var results: [Result<AnswerBody, Failure>?] = bodies.map { _ in nil }
        var asked: [(place: Int, prepared: Prepared)] = []
        for (place, body) in bodies.enumerated() {
            do {
                let prepared = try await prepared(body.get())
                guard prepared.newItems.isEmpty else {
                    results[place] = .success(try await answer(prepared, context))
                    continue
                }
                asked.append((place, prepared))
            } catch { results[place] = .failure(Failure(error)) }
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
