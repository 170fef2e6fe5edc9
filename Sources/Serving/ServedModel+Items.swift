import Files
import Modeling
import Ranking
import Torch

extension ServedModel {
    /// What makes the vectors of items that come later.
    ///
    /// - Throws: ``Refusal`` where the method has to be trained for them, or nothing is known of its encoders.
    package func later() throws -> ItemSide.Later {
        switch laterItems {
        case .needTraining(let method):
            throw Refusal(
                .needsTraining,
                UserError(
                    "\(method) knows items by their interactions alone, and of a new one there are none",
                    remedy: "Train again with the new items, or choose a method that reads titles or pictures."))
        case .unknown: throw Self.hasNoEncoder
        case .from(_, let make):
            guard let later = try Refusal.wrapping(.noEncoder, { try known.side(make) }).later else { throw Self.hasNoEncoder }
            return later
        }
    }

    private static var hasNoEncoder: Refusal {
        Refusal(
            .noEncoder,
            UserError("this model does not know its encoders", remedy: "Open a run that was trained on stored states."))
    }

    /// The changes that put items in from their states: new ones, and others in the place of those with their ids.
    ///
    /// - Throws: ``Refusal`` where the method has to be trained for them, and for states of other encoders or none.
    package func changes(putting items: [EncodedItem]) throws -> [CatalogueSnapshot.Change] {
        let later = try later()
        for item in items {
            guard !item.item.id.isEmpty else {
                throw Refusal(.unusableItem, UserError("an item has an empty id", remedy: "Give it one of its own."))
            }
            guard !item.states.isEmpty else {
                throw Refusal(
                    .unusableItem,
                    UserError(
                        "item \(item.item.id.quoted) has nothing that this run reads",
                        remedy: "Give it \(later.needs ?? later.shapes.modalities.map(\.name).joined(separator: " or "))."))
            }
            for (modality, states) in item.states {
                let shape = later.shapes[modality]
                guard item.encoders[modality] == later.encoders[modality],
                    states.count == shape.map({ $0.layers.count * $0.width })
                else {
                    throw Refusal(
                        .noEncoder,
                        UserError(
                            "the \(modality) states of item \(item.item.id.quoted) are of another encoder than the run's",
                            remedy: "Encode it again."))
                }
            }
        }
        return try Refusal.wrapping(.failed) {
            let snapshot = try snapshot()
            let before = items.map { snapshot.row(of: $0.item.id).map(snapshot.search.row) }
            return zip(items, try later.vectors(of: items, for: score, before: before)).map { item, made in
                .put(
                    id: item.item.id, title: item.item.title, tags: item.item.tags, vector: made.vector, towers: made.towers)
            }
        }
    }

    /// Makes some changes, which all appear together in the next answer.
    ///
    /// - Returns: the revision at which they are seen first.
    /// - Throws: ``Refusal``, as for an id that no item has; nothing is changed then.
    @discardableResult
    package func apply(_ changes: [CatalogueSnapshot.Change]) throws -> Int {
        let snapshot = try Refusal.wrapping(.failed) { try self.snapshot() }
        let next = try Refusal.wrapping(.unknownItem) { try snapshot.applying(changes) }
        replace(with: next)
        return next.revision
    }

    /// Whether an item's states are those of the encoders that this model reads.
    ///
    /// - Throws: ``Refusal`` as ``later()`` does.
    func reads(_ item: EncodedItem) throws -> Bool { item.isEncoded(by: try later().encoders) }

    /// Answers about some items as if they were here, and is as it was afterwards.
    ///
    /// - Parameters:
    ///   - items: items that are no answer themselves; in the place of those with their ids.
    ///   - body: asks whatever is to be known of them. The revision is that without them.
    /// - Throws: ``Refusal`` as ``changes(putting:)`` does; whatever `body` throws.
    package func with<Result>(_ items: [EncodedItem], _ body: () throws -> Result) throws -> Result {
        let before = try Refusal.wrapping(.failed) { try snapshot() }
        defer { replace(with: before) }
        try apply(try changes(putting: items) + items.map { .hide(id: $0.item.id, true) })
        replace(with: try snapshot().numbered(before.revision))
        return try body()
    }
}
