import Files

/// A trained model that answers from any task while items change and other models take its place.
///
/// The model's tensors live on one thread, the encoders' on another. Questions that wait are answered together, as soon as the thread is
/// free; nothing waits for more of them to come. Every answer is from one model at one revision of its items, both of which it names.
package actor ModelService {
    /// How a model is opened, on whatever thread it will live.
    package struct Opening: Sendable {
        /// Opens the model.
        package var model: @Sendable () throws -> ServedModel
        /// Loads its encoders, when the first item is to be encoded.
        package var encoder: @Sendable () throws -> any ItemEncoding

        /// Names both.
        package init(
            model: @escaping @Sendable () throws -> ServedModel, encoder: @escaping @Sendable () throws -> any ItemEncoding
        ) {
            (self.model, self.encoder) = (model, encoder)
        }
    }

    /// How much may wait.
    package struct Limits: Sendable {
        /// Questions that are answered together.
        package var batch = 64
        /// Questions that wait, and other calls.
        package var questions = 512
        /// Items that wait to be encoded.
        package var items = 256

        /// The usual ones.
        package init() {}
    }

    /// When a change is seen.
    package struct Receipt: Sendable, Equatable, Codable {
        /// The model.
        package var model: String
        /// The revision at which it is seen first.
        package var revision: Int
    }

    /// What was done since the model was opened.
    package struct Counts: Sendable, Equatable, Codable {
        /// Questions that were answered or refused by the model.
        package var questions = 0
        /// How often some of them were answered together.
        package var batches = 0
    }

    /// What was done so far.
    package private(set) var counts = Counts()
    private let executor = ThreadExecutor(name: "served model")
    let opener = ModelOpener()
    let waiting: WaitingQuestions
    let limits: Limits
    var model: ServedModel
    var lane: EncodingLane
    var changes = ItemChanges()
    /// What was changed since a swap has begun; nil where none is under way.
    var meanwhile: [ItemChanges.Change]?
    /// Where changes come from and are kept; nil where they are made here and kept in memory.
    let log: (any ItemLog)?
    /// The reading of the log that is under way, and the one that comes after it.
    var (reading, nextReading): (Task<Void, any Error>?, Task<Void, any Error>?)

    /// The thread that the model lives on.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens a model.
    ///
    /// - Parameter log: where changes of items come from, which ``follow()`` reads; nil where they are made here and kept in memory.
    /// - Throws: ``UserError`` as opening it does.
    package init(_ opening: Opening, log: (any ItemLog)? = nil, limits: Limits = Limits()) async throws {
        (self.limits, self.log) = (limits, log)
        waiting = WaitingQuestions(limit: limits.questions)
        lane = EncodingLane(limit: limits.items, opening.encoder)
        model = try await opener.open(opening).model
    }

    /// Questions and other calls that wait, or are worked on.
    package nonisolated var waitingCount: Int { waiting.count }

    /// Answers a question, with those that wait at the same time.
    ///
    /// - Throws: ``Refusal``; `CancellationError`.
    package nonisolated func answer(to question: Question) async throws -> Answer {
        let place = try waiting.join(question)
        return try await withTaskCancellationHandler {
            try await self.answer(to: place)
        } onCancel: {
            waiting.leave(place)
        }
    }

    /// Answers some questions, each with its own success or refusal; no more of them wait at a time than are answered together.
    ///
    /// - Throws: `CancellationError`.
    package nonisolated func answers(to questions: [Question]) async throws -> [Result<Answer, Refusal>] {
        var answers: [Result<Answer, Refusal>] = []
        for start in stride(from: 0, to: questions.count, by: limits.batch) {
            answers += try await answersTogether(to: questions[start..<min(start + limits.batch, questions.count)])
        }
        return answers
    }

    private nonisolated func answersTogether(to questions: ArraySlice<Question>) async throws -> [Result<Answer, Refusal>] {
        try await withThrowingTaskGroup(of: (Int, Result<Answer, Refusal>).self) { group in
            for (place, question) in questions.enumerated() {
                group.addTask {
                    do { return (place, .success(try await self.answer(to: question))) } catch let refusal as Refusal {
                        return (place, .failure(refusal))
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Waits for its turn on the thread; by then an earlier one may have answered for it.
    private func answer(to place: WaitingQuestions.Place) throws -> Answer {
        while true {
            if let result = place.result { return try result.get() }
            let next = waiting.next(limits.batch)
            counts.questions += next.count
            counts.batches += next.isEmpty ? 0 : 1
            for (place, answer) in zip(next, model.answers(to: next.map(\.question))) {
                place.end(answer.mapError { $0 })
            }
        }
    }

    /// Asks the model anything else, on its thread.
    ///
    /// - Throws: ``Refusal`` when as many calls wait as may; whatever `body` throws.
    package nonisolated func ask<Result: Sendable>(
        _ body: @escaping @Sendable (ServedModel) throws -> Result
    ) async throws -> Result {
        try await waiting.during { try await self.asked(body) }
    }

    private func asked<Result: Sendable>(_ body: @Sendable (ServedModel) throws -> Result) throws -> Result {
        try Task.checkCancellation()
        return try body(model)
    }

    /// Asks the model about items that it does not have, which are encoded beside the questions.
    ///
    /// - Parameter items: items with ids of their own; while `body` runs, ids mean them first.
    /// - Throws: ``Refusal`` as ``put(_:)`` and ``ask(_:)`` do; whatever `body` throws.
    package nonisolated func ask<Result: Sendable>(
        with items: [NewItem], _ body: @escaping @Sendable (ServedModel) throws -> Result
    ) async throws -> Result {
        try await waiting.during {
            while true {
                var encoded: [EncodedItem] = []
                for item in items { encoded.append(try await self.encoded(item)) }
                if let result = try await self.asked(with: encoded, body) { return result }
            }
        }
    }

    /// Nil where another model has come meanwhile, which wants other encoders.
    private func asked<Result: Sendable>(
        with items: [EncodedItem], _ body: @Sendable (ServedModel) throws -> Result
    ) throws -> Result? {
        try Task.checkCancellation()
        if try items.contains(where: { try !model.reads($0) }) { return nil }
        return try model.with(items) { try body(model) }
    }
}
