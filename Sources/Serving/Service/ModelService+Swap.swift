import Files

extension ModelService {
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
        var revision = try model.snapshot().revision + 1
        if let log {
            repeat {
                revision = try await opener.follow(log, other, lane)
            } while try revision < model.snapshot().revision
        }
        while let changes = meanwhile, !changes.isEmpty {
            meanwhile = []
            try await opener.follow(changes, other, lane)
        }
        // Nothing else runs here between the last look at the changes and this.
        if log == nil {
            revision = try model.snapshot().revision + 1
            other.model.replace(with: try other.model.snapshot().numbered(revision))
        }
        (model, self.lane) = (other.model, lane)
        return Receipt(model: model.name, revision: revision)
    }
}

/// A thread to open models on, so that the one that answers goes on.
actor ModelOpener {
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
        let encoders = try handed.model.encoders(of: changes)
        try handed.model.follow(try await lane.encoded(changes, for: encoders).changes)
    }

    /// Makes the changes that a log has.
    ///
    /// - Returns: the revision of the last one.
    func follow(_ log: any ItemLog, _ handed: Handed, _ lane: EncodingLane) async throws -> Int {
        while true {
            let revision = try handed.model.snapshot().revision
            let logged = try await log.changes(after: revision, most: ModelService.readAtOnce, appended: handed.model.appended)
            if logged.isEmpty { return revision }
            let encoders = try handed.model.encoders(of: logged.flatMap(\.changes))
            try handed.model.follow(try await log.encoded(logged, for: encoders, lane))
        }
    }
}
