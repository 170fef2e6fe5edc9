extension ModelService {
    /// An item with its states, encoded beside the questions.
    ///
    /// - Throws: ``Refusal`` where the method has to be trained for it, for a title or picture that cannot be used, and when as many items
    ///   wait as may; `CancellationError`.
    package func encoded(_ item: NewItem) async throws -> EncodedItem {
        _ = try model.later()
        return try await lane.encoded(item)
    }

    /// Tells what would be refused of an item with its states, before it is kept anywhere.
    ///
    /// - Returns: whether its states are of the encoders that the model reads.
    /// - Throws: ``Refusal`` where it cannot be put in.
    package func accepts(_ item: EncodedItem) throws -> Bool {
        guard try model.reads(item) else { return false }
        _ = try model.changes(putting: [item])
        return true
    }

    /// Puts an item in: a new one, or another in the place of the one with its id. It is encoded beside the questions.
    ///
    /// - Returns: the revision that it can be recommended from.
    /// - Throws: ``Refusal`` where the method has to be trained for it, for a title or picture that cannot be used, and when as many items
    ///   wait as may; `CancellationError`.
    package func put(_ item: NewItem) async throws -> Receipt {
        while true {
            let encoded = try await encoded(item)
            // Another model may want other encoders by now.
            guard try model.reads(encoded) else { continue }
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

    /// Takes what the log has by now; whoever calls after a change was logged finds it in the next answer.
    ///
    /// Calls that come while the log is read are answered together by the next reading.
    ///
    /// - Throws: ``Refusal`` where a change cannot be made; whatever the log throws.
    package func follow() async throws {
        if let nextReading { return try await nextReading.value }
        let before = reading
        let task = Task {
            _ = await before?.result
            (reading, nextReading) = (nextReading, nil)
            try await read()
        }
        nextReading = task
        try await task.value
    }

    private func read() async throws {
        guard let log else { return }
        while true {
            let (model, lane) = (self.model, self.lane)
            let logged = try await log.changes(
                after: model.snapshot().revision, most: Self.readAtOnce, appended: model.appended)
            if logged.isEmpty { return }
            let own = try await log.encoded(logged, for: model.encoders(of: logged.flatMap(\.changes)), lane)
            // Another model has read the log itself.
            if model === self.model { try model.follow(own) }
        }
    }

    /// Items of the log that are read together.
    static let readAtOnce = 256
}
