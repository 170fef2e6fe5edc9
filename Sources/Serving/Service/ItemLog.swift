import Files

/// Where the changes of a run's items are kept, so that they outlast the process and reach others that answer from the same.
package protocol ItemLog: Sendable {
    /// Changes that lead from one revision to the newest, in rising order of their revisions.
    ///
    /// - Parameters:
    ///   - revision: the revision that a model has; 0 before the first change.
    ///   - most: how many items at most.
    ///   - appended: the revisions up to which items are in the model's dataset as they were put in, by the log's name.
    func changes(after revision: Int, most: Int, appended: [String: Int]) async throws -> [LoggedChange]

    /// Takes an item's states of other encoders, in the place of those it had.
    func replace(_ item: EncodedItem, at revision: Int) async throws
}

/// A change of one item, with the revision at which it is seen first.
package struct LoggedChange: Sendable {
    /// The revision, which counts all changes that were ever made.
    package var revision: Int
    /// What leads to the item's state, whatever it was before.
    package var changes: [ItemChanges.Change]

    /// Joins both.
    package init(revision: Int, changes: [ItemChanges.Change]) { (self.revision, self.changes) = (revision, changes) }
}

extension ItemLog {
    /// Changes with the states that some encoders give; items with states of others are encoded again, and logged so.
    func encoded(
        _ logged: [LoggedChange], for encoders: PerModality<String>, _ lane: EncodingLane
    ) async throws -> [LoggedChange] {
        var own = logged
        for place in own.indices {
            let (changes, again) = try await lane.encoded(own[place].changes, for: encoders)
            own[place].changes = changes
            for item in again { try await replace(item, at: own[place].revision) }
        }
        return own
    }
}

extension EncodingLane {
    /// Changes with the states that some encoders give, and the items that were encoded again for that.
    nonisolated func encoded(
        _ changes: [ItemChanges.Change], for encoders: PerModality<String>
    ) async throws -> (changes: [ItemChanges.Change], again: [EncodedItem]) {
        var (own, again): ([ItemChanges.Change], [EncodedItem]) = (changes, [])
        for (place, change) in changes.enumerated() {
            guard case .put(let item) = change, !item.isEncoded(by: encoders) else { continue }
            let encoded = try await encoded(item.item)
            own[place] = .put(encoded)
            again.append(encoded)
        }
        return (own, again)
    }
}

extension EncodedItem {
    /// Whether its states are those that some encoders give.
    func isEncoded(by encoders: PerModality<String>) -> Bool {
        !encoders.contains { self.encoders[$0.modality] != $0.value }
    }
}

extension ServedModel {
    /// The encoders that changes need; none where no item is put in.
    ///
    /// - Throws: ``Refusal`` where an item is, and the method has to be trained for it.
    func encoders(of changes: [ItemChanges.Change]) throws -> PerModality<String> {
        let putsItem = changes.contains { if case .put = $0 { true } else { false } }
        return putsItem ? try later().encoders : [:]
    }

    /// Makes changes that a log has.
    ///
    /// - Throws: ``Refusal`` as ``changes(putting:)`` does.
    func follow(_ logged: [LoggedChange]) throws {
        guard let last = logged.last else { return }
        try follow(logged.flatMap(\.changes))
        replace(with: try snapshot().numbered(last.revision))
    }
}
