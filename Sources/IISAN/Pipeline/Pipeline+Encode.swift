import Datasets
import Catalogue
import Files
package import Foundation
import HiddenStates
import Hub
import Owned
import Torch

extension Pipeline {
    /// Runs the configured encoders over what is not in their stores yet: new and changed items.
    ///
    /// - Throws: `CancellationError` when told to stop, and the same call continues from there; ``UserError`` when an encoder is missing or
    ///   damaged, a store is of another encoder, a picture cannot be read (as configured), a state does not fit the stored type, or the
    ///   disk is full.
    public func encode() throws { try encode(part: nil) }

    /// Runs the configured encoders over one part of the items, each into a store of its own beside the place of the whole one.
    ///
    /// - Parameter part: which items; nil: all of them, into the store itself.
    /// - Throws: as ``encode()`` does, and ``UserError`` for more parts than items and for a part that another process writes.
    package func encode(part: WorkPart?) throws {
        try checkFolders()
        try check([.encode])
        let dataset = try dataset()
        for (modality, settings) in configuration.encodedModalities { try encode(modality, settings, dataset, part) }
    }

    private func encode(
        _ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset, _ part: WorkPart?
    ) throws {
        let whole = URL(filePath: settings.store)
        guard let read = try encoded(modality, settings, dataset) else { return }
        let items = try items(read, of: modality, settings, dataset, part)
        let directory = try encoderDirectory(settings.encoder)
        let inputs = try storeInputs(read, settings, dataset, items, directory)
        let places = try part.map { try StatePlaces($0, of: whole) } ?? StatePlaces(whole)
        let folder = places.folder
        // What a killed encoding has left goes.
        if OwnedFolder.isBeingWritten(folder) { _ = try OwnedFolder(.store, at: folder, for: .going) }
        let idsHash = part == nil ? dataset.manifest.idsHash : nil
        if let kept = places.finished, inputs.match(kept.appending(path: Self.inputsNote)),
            (try? openStore(kept, read).check(ids: items.lazy.map(\.id), hash: idsHash)) != nil
        {
            observer.onMessage("encode \(modality.name): nothing has changed, \(kept.path) is kept")
            return
        }
        if part == nil, let other = try StorePart.beside(whole).first {
            observer.onMessage(
                "encode \(modality.name): parts of \(other.count) lie beside \(whole.path); --merge \(other.count) would make them the store"
            )
        }
        try observer.stop.check()
        let encoder = try CatalogueEncoder(read, of: items, with: directory, options: encodingOptions(settings))
        observer.onMessage("encode \(modality.name): \(part.map { "\($0), " } ?? "")\(encoder.plan())")
        try Folder.make(folder.deletingLastPathComponent())
        let before = EncodingTime.read(in: folder)
        let result = try encoder.encode(
            into: folder, from: places.others, progress: observer.onProgress, stop: observer.stop)
        guard result.store.folder == folder else { return report(result, modality) }
        // Notes are written under the store's lock, so that who comes after a kill sees that there is something to sweep.
        let place = try OwnedFolder(.store, at: folder, for: .going)
        defer { withExtendedLifetime(place) {} }
        if result.encoded > 0 {
            // Rows that were kept bring their time along.
            let kept = result.reused > 0 ? before : nil
            try EncodingTime(seconds: result.seconds + (kept?.seconds ?? 0), items: result.encoded + (kept?.items ?? 0))
                .write(in: folder)
        }
        try inputs.write(to: folder.appending(path: Self.inputsNote))
        report(result, modality)
    }

    /// What a store was made of, within its folder.
    static let inputsNote = "inputs.sha256"

    /// What the encoder of a modality reads; nil, and a message, for a store that is used as it is.
    func encoded(_ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset) throws -> Modality? {
        if let read = settings.encoderModality(of: modality), !settings.encoder.isEmpty { return read }
        let folder = URL(filePath: settings.store)
        _ = try store(folder, settings.encoderModality(of: modality), dataset)
        observer.onMessage("encode \(modality.name): \(folder.path) has no encoder here and is used as it is")
        return nil
    }

    /// The items of a dataset, or of a part of it, with what an encoder reads of them.
    func items(
        _ read: Modality, of modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset, _ part: WorkPart? = nil
    ) throws -> [CatalogueItem] {
        let items = try items(dataset, read, settings)
        guard items.isEmpty || items.contains(where: { $0.has(read) }) else { throw nobodyHas(modality, settings) }
        return try part.map { Array(items[try range(of: $0, in: items.count)]) } ?? items
    }

    /// What a store of states of the text or image modality is made of, which follows from the files' sizes, times and numbers on the disk: where these are the same, neither the encoder's
    /// weights nor the pictures have to be read to know that nothing has changed.
    func storeInputs(
        _ modality: Modality, _ settings: ModalitySettings, _ dataset: Dataset, _ items: [CatalogueItem],
        _ directory: URL
    ) throws -> StageInputs {
        var inputs = StageInputs()
        var settings = settings
        (settings.encoder, settings.store) = ("", "")
        inputs.add(settings.changes)
        inputs.add("\(modality.name) \(configuration.encode.dtype) \(configuration.encode.precision)")
        try inputs.add(path: directory.path, asItself: true)
        inputs.add(dataset.manifest.contentHash)
        if modality == .text, settings.source != .titles { inputs.add(ContentHash.of(texts: items.map { $0.title ?? "" })) }
        if modality == .image {
            for picture in items.flatMap(\.pictures) {
                do { try inputs.add(path: picture.path, asItself: true) } catch { inputs.add("no picture at \(picture.path)") }
            }
        }
        return inputs
    }

    /// What is wrong where no item has a modality that is read.
    func nobodyHas(_ modality: Modality, _ settings: ModalitySettings) -> UserError {
        guard let read = settings.encoderModality(of: modality) else {
            return UserError(
                "no item has states", at: Configuration.place(of: modality),
                remedy: "Import the states of the dataset's items again, or leave the modality out of train.modality.")
        }
        let setting = read == .text ? "data.import.items" : "data.import.pictures"
        let other = read == .text ? Modality.image : .text
        return UserError(
            "no item has a \(read.itemPart) that could be read", at: Configuration.place(of: modality),
            remedy: "Look at \(setting) and whether its names are the items' ids (iisan data check counts what was found), "
                + "or set train.modality: \(other.name).")
    }

    /// The directory of an encoder: the setting itself, or where the hub's cache has the model of that name.
    ///
    /// - Throws: ``UserError`` when it is neither.
    func encoderDirectory(_ setting: String) throws -> URL {
        let directory = URL(filePath: setting)
        if FileManager.default.fileExists(atPath: directory.path) { return directory }
        if let cached = try? HubCache().directory(of: setting) { return cached }
        let name = directory.pathComponents.suffix(2).joined(separator: "/")
        throw UserError(
            "there is no such directory, and no model of that name in the hub's cache", at: setting,
            remedy: "Give a model directory, or fetch one, as: iisan models pull \(name)")
    }

    func encodingOptions(_ settings: ModalitySettings) throws -> EncodingOptions {
        let device = try device
        var options = EncodingOptions()
        options.layers = settings.layers
        options.pooling = settings.pooling
        options.precision = configuration.encode.precision
        options.storedType = configuration.encode.dtype
        options.maximumTokens = settings.maximumTokens
        options.damagedPictures = settings.damaged
        options.readsFrames = settings.frames != nil
        options.device = device
        options.memory = encodingMemory(on: device)
        options.threads = configuration.threads > 0 ? configuration.threads : nil
        return options
    }

    /// Bytes of memory that encoders and models that write captions may use; nil: no limit is known.
    func encodingMemory(on device: Device) -> Int? {
        configuration.encode.memory?.bytes ?? (device.kind == .cpu ? Self.freeMemory.map { $0 / 5 * 4 } : nil)
    }

    /// Bytes of memory that this process may still take; nil where the system does not say.
    private static var freeMemory: Int? {
        let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let available = lines.first { $0.hasPrefix("MemAvailable:") }?.split(whereSeparator: { !$0.isNumber }).first
        let machine = available.flatMap { Int($0) }.map { $0 * 1024 }
        let group = ControlGroup.ofThisProcess()
        let allowed = group.memory.map { Int($0 - min($0, group.memoryInUse ?? 0)) }
        return [machine, allowed].compactMap { $0 }.min()
    }

    private func report(_ result: EncodingResult, _ modality: Modality) {
        let name = "encode \(modality.name)"
        if result.encoded == 0 {
            observer.onMessage("\(name): nothing has changed, \(result.store.folder.path) is kept")
        } else {
            let rate = String(format: "%.0f", Double(result.encoded) / max(result.seconds, 1e-3))
            observer.onMessage("\(name): \(result.encoded) items, \(result.reused) kept from before, \(rate) items/s")
        }
        if result.missing > 0 { observer.onMessage("\(name): \(result.missing) items have none") }
        for picture in result.skipped.prefix(10) {
            observer.onMessage("\(name): skipped \(picture.file.path): \(picture.problem)")
        }
        if result.skipped.count > 10 { observer.onMessage("\(name): and \(result.skipped.count - 10) more") }
    }

    /// Checks every byte of the configured stores against their checksums.
    ///
    /// - Returns: the stores' folders.
    /// - Throws: ``UserError`` that names the damaged shard.
    package func verifyStores() throws -> [URL] {
        try configuration.encode.modalities.values.map {
            let store = try HiddenStateStore.open(URL(filePath: $0.store))
            try store.verify(progress: observer.onProgress, stop: observer.stop)
            do { try localStores?.kept(store)?.verify(progress: observer.onProgress, stop: observer.stop) } catch var error
                as UserError
            {
                error.remedy = "Remove this copy: it is made again."
                throw error
            }
            return store.folder
        }
    }
}
