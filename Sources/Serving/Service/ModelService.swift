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
    private let opener = ModelOpener()
    private let waiting: WaitingQuestions
    private let limits: Limits
    private var model: ServedModel
    private var lane: EncodingLane
    private var changes = ItemChanges()
    /// What was changed since a swap has begun; nil where none is under way.
    private var meanwhile: [ItemChanges.Change]?

    /// The thread that the model lives on.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens a model.
    ///
    /// - Throws: ``UserError`` as opening it does.
    package init(_ opening: Opening, limits: Limits = Limits()) async throws {
        self.limits = limits
        waiting = WaitingQuestions(limit: limits.questions)
        lane = EncodingLane(limit: limits.items, opening.encoder)
        model = try await opener.open(opening).model
    }

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

    /// Puts an item in: a new one, or another in the place of the one with its id. It is encoded beside the questions.
    ///
    /// - Returns: the revision that it can be recommended from.
    /// - Throws: ``Refusal`` where the method has to be trained for it, for a title or picture that cannot be used, and when as many items
    ///   wait as may; `CancellationError`.
    package func put(_ item: NewItem) async throws -> Receipt {
        while true {
            _ = try model.later()
            let lane = lane
            let encoded = try await lane.encoded(item)
            // Another model may want other encoders by now.
            if lane !== self.lane, try model.later().encoders.contains(where: { encoded.encoders[$0.modality] != $0.value }) {
                continue
            }
            return try make(.put(encoded), model.changes(putting: [encoded]))
        }
    }

    /// Gives an item other tags.
    ///
    /// - Throws: ``Refusal`` where no item has the id.
    package func tag(_ id: String, _ tags: Set<String>) throws -> Receipt {
        try make(.tag(id: id, tags), [.tag(id: id, tags)])
    }

    /// Hides an item from answers, or shows it again.
    ///
    /// - Throws: ``Refusal`` where no item has the id.
    package func hide(_ id: String, _ isHidden: Bool = true) throws -> Receipt {
        try make(.hide(id: id, isHidden), [.hide(id: id, isHidden)])
    }

    /// Removes an item; its id is free again.
    ///
    /// - Throws: ``Refusal`` where no item has the id.
    package func remove(_ id: String) throws -> Receipt { try make(.remove(id: id), [.remove(id: id)]) }

    private func make(_ change: ItemChanges.Change, _ made: [CatalogueSnapshot.Change]) throws -> Receipt {
        let revision = try model.apply(made)
        changes.note(change)
        meanwhile?.append(change)
        return Receipt(model: model.name, revision: revision)
    }

    /// Opens another model and puts it in the place of this one, with all changes of items; questions and changes go on meanwhile.
    ///
    /// - Returns: the revision that it answers from.
    /// - Throws: ``Refusal`` while another one is being opened, and where it cannot take the items that came later; ``UserError`` as opening
    ///   it does. This model then goes on.
    package func swap(to opening: Opening) async throws -> Receipt {
        guard meanwhile == nil else {
            throw Refusal(
                .isBusy, UserError("another model is being opened", remedy: "Wait for it."))
        }
        meanwhile = changes.all
        defer { meanwhile = nil }
        let lane = EncodingLane(limit: limits.items, opening.encoder)
        let other = try await opener.open(opening)
        while let changes = meanwhile, !changes.isEmpty {
            meanwhile = []
            try await opener.follow(changes, other, lane)
        }
        // Nothing else runs here between the last look at the changes and this.
        let revision = try model.snapshot().revision + 1
        other.model.replace(with: try other.model.snapshot().numbered(revision))
        (model, self.lane) = (other.model, lane)
        return Receipt(model: model.name, revision: revision)
    }
}

/// A thread to open models on, so that the one that answers goes on.
private actor ModelOpener {
    private let executor = ThreadExecutor(name: "opening model")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A model on its way to the thread that will own it: whoever has handed it over uses it no more.
    struct Handed: @unchecked Sendable {
        let model: ServedModel
    }

    func open(_ opening: ModelService.Opening) throws -> Handed {
        let model = try opening.model()
        try model.prepare()
        return Handed(model: model)
    }

    /// Makes the changes that another model's items had; items with states of other encoders are encoded again.
    func follow(_ changes: [ItemChanges.Change], _ handed: Handed, _ lane: EncodingLane) async throws {
        var own: [ItemChanges.Change] = []
        for change in changes {
            if case .put(let item) = change {
                let encoders = try handed.model.later().encoders
                if encoders.contains(where: { item.encoders[$0.modality] != $0.value }) {
                    own.append(.put(try await lane.encoded(item.item)))
                    continue
                }
            }
            own.append(change)
        }
        try handed.model.follow(own)
    }
}
