package import Files
package import Foundation
import Owned

/// Puts the parts of a hidden-state store together: their folders are moved into the store, whose one manifest refers to their shards.
///
/// Nothing is copied. The store is filled beside its place and put there as a whole, as any other is; where that is interrupted, the next
/// process that opens the place puts the parts back. A part that is not beside the store, because nothing of it was made anew, is taken
/// from the store that is there.
package struct StoreMerge {
    let store: URL
    let parts: [WorkPart]
    let identity: StoreIdentity
    let ids: [String]
    let contentHashes: [String]?

    /// Plans a merge; nothing is looked at.
    ///
    /// - Parameters:
    ///   - store: where the store will be; an older one of the same identity is replaced.
    ///   - count: how many parts it was cut into.
    ///   - identity: what determines the numbers; the parts' has to be the same.
    ///   - ids: the dataset's item ids, in their order.
    ///   - contentHashes: SHA-256 of what is encoded of each item; nil where that is not known without reading every picture.
    package init(_ store: URL, of count: Int, identity: StoreIdentity, ids: [String], contentHashes: [String]?) {
        (self.store, self.identity, self.ids, self.contentHashes) = (store, identity, ids, contentHashes)
        parts = WorkPart.all(count)
    }

    /// Checks the parts and puts them together.
    ///
    /// - Parameters:
    ///   - progress: is called with every shard checked.
    ///   - stop: looked at between shards, before anything is moved; `CancellationError` is thrown then.
    /// - Returns: the store; nil where it was there before, of these parts and items, and no part lies beside it.
    /// - Throws: ``UserError`` that names every part that is missing, unfinished, being written or of other items, another encoder or other
    ///   settings; the first that is damaged; an interrupted encoding of the whole store.
    package func run(progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()) throws -> HiddenStateStore? {
        let place = try OwnedFolder(.store, at: store, for: .replacing)
        let building = StoreBuilding.folder(of: place.url)
        try HiddenStateStoreWriter.settle(building, at: place)
        // A merge that was killed as it began has left an empty folder.
        rmdir(building.path)
        guard !FileManager.default.fileExists(atPath: building.path) else {
            throw UserError(
                "an encoding of the whole store was interrupted here", at: building.path,
                remedy: "Finish it with the same encode command without --merge, or remove the folder.")
        }
        _ = try HiddenStateStoreWriter.openFormer(store, identity: identity, startingAnew: false)
        let sources = try checked(at: place.url)
        if sources.allSatisfy(\.isInside) { return nil }
        try verify(sources, progress, stop)
        try fill(building, with: sources, at: place)
        try HiddenStateStoreWriter.put(building, at: place)
        return try HiddenStateStore.open(store, expecting: identity)
    }

    /// A part that was found.
    struct Source {
        let part: WorkPart
        let store: HiddenStateStore
        /// Whether it belongs to the store that is there.
        let isInside: Bool
    }

    /// Finds every part and checks all but its states.
    private func checked(at place: URL) throws -> [Source] {
        var problems = Problems()
        var missing: [WorkPart] = []
        var sources: [Source] = []
        for part in parts {
            try problems.collect {
                if let source = try find(part, at: place) { sources.append(source) } else { missing.append(part) }
            }
        }
        if !missing.isEmpty { problems.add(try absent(missing)) }
        try problems.check()
        return sources
    }

    private func find(_ part: WorkPart, at place: URL) throws -> Source? {
        let (beside, inside) = (try StorePart.beside(place, part), StorePart.inside(place, part))
        func has(_ folder: URL, _ name: String = "") -> Bool {
            FileManager.default.fileExists(atPath: folder.appending(path: name).path)
        }
        if has(StoreBuilding.folder(of: beside)) || HiddenStateStoreWriter.hasLeftovers(beside) {
            // Whoever writes it is named; what a killed writer left says that it is unfinished.
            try withExtendedLifetime(OwnedFolder(.store, at: beside, for: .going)) {}
        }
        if has(StoreBuilding.folder(of: beside)) {
            throw UserError(
                "\(part) is unfinished", at: beside.path,
                remedy:
                    "Run its task again, which goes on where it was: iisan encode CONFIG --part \(part.number)/\(part.count)")
        }
        for (folder, isInside) in [(beside, false), (inside, true)] where has(folder, StoreManifest.fileName) {
            let found = try HiddenStateStore.open(folder, expecting: identity)
            try check(found, part)
            return Source(part: part, store: found, isInside: isInside)
        }
        return nil
    }

    /// Checks that a part has the items of its range.
    private func check(_ found: HiddenStateStore, _ part: WorkPart) throws {
        let range = part.range(of: ids.count)
        let remedy = "Encode the part again: only new and changed items are computed."
        let items = try found.items()
        for (index, item) in zip(range, items) {
            guard item.id == ids[index] else {
                throw UserError(
                    "\(part) is of other items: item \(index) is \(item.id.quoted) here and \(ids[index].quoted) in the dataset",
                    at: found.folder.path, remedy: remedy)
            }
            guard contentHashes.map({ $0[index] == item.contentHash }) ?? true else {
                throw UserError(
                    "\(part) has the states of another title of item \(item.id.quoted)", at: found.folder.path, remedy: remedy)
            }
        }
        guard items.count == range.count else {
            throw UserError(
                "\(part) has \(items.count) items, and \(range.count) of the dataset's \(ids.count)", at: found.folder.path,
                remedy: remedy)
        }
        guard found.manifest.parts == nil else {
            throw UserError(
                "\(part) was itself put together from parts", at: found.folder.path, remedy: "Encode the part as a whole.")
        }
    }

    private func absent(_ missing: [WorkPart]) throws -> UserError {
        let numbers = missing.prefix(8).map { String($0.number) }
        let more = missing.count > numbers.count ? " and \(missing.count - numbers.count) more" : ""
        let others = Set(try StorePart.beside(store).map(\.count)).subtracting([parts.count]).sorted()
        let hint = others.isEmpty ? "" : " There are parts of \(others.map(String.init).joined(separator: " and of "))."
        return UserError(
            "\(missing.count) of \(parts.count) parts are not there: \(numbers.joined(separator: ", "))\(more)", at: store.path,
            remedy:
                "Encode them: iisan encode CONFIG --part \(missing[0].number)/\(parts.count)\(missing.count > 1 ? " and so on" : "")."
                + hint)
    }

    /// Checks every byte of the parts.
    private func verify(_ sources: [Source], _ progress: WorkProgress.Handler?, _ stop: StopToken) throws {
        for source in sources {
            let before = source.part.range(of: ids.count).lowerBound
            try source.store.verify(
                progress: { [ids] in
                    progress?(WorkProgress($0.task, done: before + $0.done, total: ids.count, unit: $0.unit))
                }, stop: stop)
        }
    }
}
