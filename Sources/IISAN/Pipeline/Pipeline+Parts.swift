import Catalogue
import Datasets
import Files
import Foundation
import HiddenStates
import Owned

extension Pipeline {
    /// Puts the parts together that ``encode(part:)`` has made of each store.
    ///
    /// - Parameter count: how many parts the items were cut into.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` that names every part that is missing, unfinished, damaged, or of
    ///   other items, another encoder or other settings. The stores are then as they were.
    package func mergeStates(of count: Int) throws {
        try checkFolders()
        try check([.encode])
        let dataset = try dataset()
        for (modality, settings) in configuration.encodedModalities { try merge(count, modality, settings, dataset) }
    }

    private func merge(_ count: Int, _ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset) throws {
        guard let read = try encoded(modality, settings, dataset) else { return }
        let folder = URL(filePath: settings.store)
        let items = try items(read, of: modality, settings, dataset)
        _ = try range(of: try parts(count)[0], in: items.count)
        let directory = try encoderDirectory(settings.encoder)
        let encoder = try CatalogueEncoder(
            read, of: items, with: directory, options: encodingOptions(settings), loading: false)
        let merged = try encoder.merge(partsOf: count, into: folder, progress: observer.onProgress, stop: observer.stop)
        // Also of one that was put together by a process that was killed right after.
        try note(try merged ?? HiddenStateStore.open(folder), parts: count) {
            try storeInputs(read, settings, dataset, Array(items[$0]), directory)
        }
        observer.onMessage(
            merged.map { "encode \(modality.name): \(count) parts with \($0.itemCount) items are \(folder.path)" }
                ?? "encode \(modality.name): nothing has changed, \(folder.path) is kept")
    }

    /// Notes how long the parts of a store took together, and what they were made of, where the store has no such notes.
    ///
    /// - Parameter inputs: what some of its items are made of.
    private func note(_ store: HiddenStateStore, parts count: Int, inputs: (Range<Int>) throws -> StageInputs) throws {
        let folder = store.folder
        let file = folder.appending(path: Self.inputsNote)
        let parts = try parts(count).map { (range: $0.range(of: store.itemCount), folder: StorePart.inside(folder, $0)) }
        let times = parts.compactMap { EncodingTime.read(in: $0.folder) }
        let isTimed = times.count < count || EncodingTime.read(in: folder) != nil
        let all = try inputs(0..<store.itemCount)
        // The parts' notes say whether pictures were changed since, where they were made on a machine that sees the same files.
        let isNoted =
            try all.match(file)
            || !parts.allSatisfy { try inputs($0.range).match($0.folder.appending(path: Self.inputsNote)) }
        if isTimed, isNoted { return }
        // Under the store's lock, as the notes of an encoding.
        let place = try OwnedFolder(.store, at: folder, for: .going)
        defer { withExtendedLifetime(place) {} }
        if !isTimed {
            try EncodingTime(seconds: times.reduce(0) { $0 + $1.seconds }, items: times.reduce(0) { $0 + $1.items })
                .write(in: folder)
        }
        if !isNoted { try all.write(to: file) }
    }

    /// All parts of a number of them.
    ///
    /// - Throws: ``UserError`` for a number that is none.
    func parts(_ count: Int) throws -> [WorkPart] {
        guard (1...WorkPart.most).contains(count) else {
            throw UserError("is \(count), expected 1 to \(WorkPart.most) parts", at: "--merge")
        }
        return WorkPart.all(count)
    }

    /// The places of a part's items.
    ///
    /// - Throws: ``UserError`` for more parts than items.
    func range(of part: WorkPart, in items: Int) throws -> Range<Int> {
        guard part.count <= max(items, 1) else {
            throw UserError(
                "\(part.count) parts of \(items) items: some would be empty", remedy: "Make at most \(items) parts.")
        }
        return part.range(of: items)
    }
}

/// Where the states of all items, or of a part of them, are made and may be found.
struct StatePlaces {
    /// Where they are made.
    let folder: URL
    /// Stores that may have rows of them.
    let others: [URL]

    /// A whole store.
    init(_ store: URL) { (folder, others) = (store, []) }

    /// A part of a store; what a killed merge had moved is put back first.
    ///
    /// - Throws: ``UserError`` while another process puts the parts together.
    init(_ part: WorkPart, of store: URL) throws {
        try StorePart.restore(store)
        folder = try StorePart.beside(store, part)
        others = [StorePart.inside(store, part), store]
    }

    /// The first of them that is there, if nothing of it is left to be done.
    var finished: URL? {
        if HiddenStateStoreWriter.hasLeftovers(folder) { return nil }
        return ([folder] + others.prefix(1)).first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
