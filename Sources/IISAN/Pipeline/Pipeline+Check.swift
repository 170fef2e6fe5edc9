import Datasets
import Encoders
import Catalogue
import Files
import Foundation
import HiddenStates
import Modeling
import Owned
import Torch

extension Pipeline {
    /// The stages that can be looked ahead at.
    enum Stage: CaseIterable {
        case data, encode, train, evaluate
    }

    /// Looks at all that some stages will need, before any of them works: settings, files, encoders, stores, folders, and the split of a
    /// dataset that is there.
    ///
    /// - Throws: ``UserError`` that names every problem with its setting.
    func check(_ stages: Set<Stage> = Set(Stage.allCases)) throws { try problems(of: stages).check() }

    /// The problems of ``check(_:)``.
    func problems(of stages: Set<Stage>) throws -> Problems {
        var problems = configuration.problems()
        try problems.collect { _ = try device }
        if stages.contains(.data) { problems.add(all: rawFileProblems()) }
        if stages.contains(.encode) { try problems.add(all: encoderProblems()) }
        if stages.contains(.train) {
            problems.add(configuration.data.split.withoutEffect(), below: "data.split")
            try problems.add(all: modelProblems(storesAreMade: stages.contains(.encode)))
        }
        if stages.contains(.evaluate) { try problems.collect { try configuration.evaluate.knownCeiling() } }
        // A dataset that is made again is looked at once it is there.
        if stages.contains(.train), try !stages.contains(.data) || isDatasetUpToDate() { try problems.add(all: dataProblems()) }
        return problems
    }

    /// What the split and the counts of the dataset rule out.
    func dataProblems() throws -> Problems {
        var problems = Problems()
        guard let dataset = try problems.collect({ try dataset() }) else { return problems }
        guard let split = try problems.collect({ try split(of: dataset) }) else { return problems }
        try problems.collect { try split.checkTargets() }
        let (cutoffs, items) = (configuration.evaluate.cutoffs, dataset.items.count)
        if let metrics = configuration.evaluate.metrics {
            problems.require(
                metrics.contains { !$0.isOfRanks || ($0.cutoff ?? 0) < items },
                "is [\(metrics.map(\.name).joined(separator: ", "))], and lists as long as the catalogue of \(items) items hit every "
                    + "target", at: "evaluate.metrics", remedy: "Name a length below \(items).")
            return problems
        }
        problems.require(
            cutoffs == EvaluateSettings().cutoffs || cutoffs.contains { $0 < items },
            "is \(cutoffs), and lists as long as the catalogue of \(items) items hit every target", at: "evaluate.cutoffs",
            remedy: "Name a length below \(items).")
        return problems
    }

    /// Whether the dataset is there, and made of the raw files as they are.
    private func isDatasetUpToDate() throws -> Bool {
        let folder = URL(filePath: configuration.data.dataset)
        guard let source = configuration.data.source else { return true }
        guard let inputs = try? datasetInputs(source) else { return false }
        return inputs.match(folder.appending(path: "inputs.sha256"))
    }

    private func rawFileProblems() -> Problems {
        var problems = Problems()
        guard let source = configuration.data.source else { return problems }
        problems.require(
            !source.interactions.isEmpty, "is empty", at: "data.import.interactions", remedy: "Name the file of the histories.")
        for (name, path) in [
            ("interactions", source.interactions), ("items", source.items ?? ""), ("pictures", source.pictures ?? ""),
        ] where !path.isEmpty {
            problems.require(
                FileManager.default.fileExists(atPath: path), "could not find the file \(path): No such file or directory",
                at: "data.import.\(name)", remedy: "Check the path; relative ones count from the configuration's folder.")
        }
        problems.add(source.problems(), below: "data.import")
        // One that is as it would be made may lie where nobody writes, as what several people share.
        if (try? isDatasetUpToDate()) != true || (try? dataset()) == nil {
            problems.add(all: Self.folderProblems(configuration.data.dataset, "data.dataset"))
        }
        return problems
    }

    /// The encoders that `encode` runs.
    private func encoderProblems() throws -> Problems {
        var problems = Problems()
        for (modality, settings) in configuration.encodedModalities {
            let place = Configuration.place(of: modality)
            if settings.store.isEmpty {
                problems.add(UserError("is empty", at: "\(place).store", remedy: "Name the folder of its states."))
                continue
            }
            // A finished one may lie where nobody writes; where it has to be made again, that says so.
            if (try? HiddenStateStore.open(URL(filePath: settings.store))) == nil {
                problems.add(all: Self.folderProblems(settings.store, "\(place).store"))
            }
            let usual = ModalitySettings()
            let read = settings.encoderModality(of: modality)
            problems.require(
                read == .image || settings.damaged == usual.damaged, "has no effect: it is about pictures",
                at: "\(place).damaged", remedy: "Put it below an encoder of pictures.")
            if let frames = settings.frames {
                problems.require(
                    read == .image, "has no effect: it is about pictures", at: "\(place).frames",
                    remedy: "Put it below an encoder of pictures.")
                problems.require(
                    FileManager.default.fileExists(atPath: frames), "there is no folder \(frames)", at: "\(place).frames",
                    remedy:
                        "Name a folder with pictures that are called ITEM-1.jpg, ITEM-2.jpg and so on, or make one of videos: "
                        + "iisan encode CONFIG --videos FOLDER")
            }
            problems.require(
                read == .text || settings.maximumTokens == usual.maximumTokens, "has no effect: it is about titles",
                at: "\(place).maximum_tokens", remedy: "Put it below an encoder of titles.")
            if settings.encoder.isEmpty, !FileManager.default.fileExists(atPath: settings.store) {
                let hasNone = settings.encoderModality(of: modality) == nil
                problems.add(
                    UserError(
                        (hasNone ? "" : "is empty, and ") + "there is no store at \(settings.store)",
                        at: place + (hasNone ? ".store" : ".encoder"),
                        remedy: (hasNone ? "Name a store" : "Name the model's directory, or a store")
                            + " that `iisan encode import` has made."))
            } else {
                _ = try shape(modality, settings, storeIsMade: true, &problems)
            }
        }
        return problems
    }

    /// The model, with the widths and layers that its encoders or their stores have.
    private func modelProblems(storesAreMade: Bool) throws -> Problems {
        var problems = Self.folderProblems(configuration.train.run, "train.run")
        try problems.collect { try FolderPlace.checkIsNoVolume(URL(filePath: configuration.train.run)) }
        let model = configuration.train.model
        if configuration.train.readsModalities, configuration.readModalities.isEmpty {
            let named = model.modality.names?.map(Configuration.place) ?? ["encode.text", "encode.image"]
            let wanted = named.joined(separator: " or ")
            problems.add(
                UserError(
                    "\(model.method.rawValue) reads \(model.modality == .image ? "pictures" : "titles"), and \(wanted) is not there",
                    at: "train.method", remedy: "Add \(wanted), or choose the method id or popularity."))
        }
        let missing = model.modality.names?.filter { configuration.encode.modalities[$0] == nil } ?? []
        problems.require(
            missing.isEmpty || configuration.readModalities.isEmpty,
            "names \(missing.map(\.name).joined(separator: ", ")), and \(missing.map(Configuration.place).joined(separator: ", ")) "
                + "is not there", at: "train.modality", remedy: "Name an encoder or a store there, or leave the modality out.")
        for (modality, settings) in configuration.readModalities where model.isLive && settings.frames != nil {
            problems.add(
                UserError(
                    "is \(settings.frames ?? ""), and an encoder that runs in every step reads one picture of an item",
                    at: "\(Configuration.place(of: modality)).frames",
                    remedy: "Leave it out, or choose a method that reads stored states (train.cached: true)."))
        }
        var shapes: PerModality<ModalityShape> = [:]
        for (modality, settings) in configuration.readModalities {
            let isMade = storesAreMade || !configuration.train.readsStores
            guard let shape = try self.shape(modality, settings, storeIsMade: isMade, &problems) else { continue }
            shapes[modality] = shape
            if !model.method.trainsEncoders {
                try problems.collect(at: Configuration.layersPlace(of: modality)) {
                    let kept = configuration.train.layers[modality]
                    try ModalityShape.check(kept: kept ?? shape.layers, of: shape.layers)
                    shapes[modality]?.layers = kept ?? shape.layers
                }
            }
        }
        if model.method.hasSideNetworks, shapes.count == configuration.readModalities.count, !shapes.isEmpty {
            var sideNetworks = model.sideNetworks
            if model.method == .iisanVersa { sideNetworks.form = .versa }
            problems.add(sideNetworks.problems(shapes), below: "train.side_networks")
        }
        return problems
    }

    /// The width of a modality's states and the layers that there are, which follow from headers alone: those of the store, or where it is yet to be
    /// made those that its encoder will leave; nil where a problem prevents it.
    private func shape(
        _ modality: Modality, _ settings: ModalitySettings, storeIsMade: Bool, _ problems: inout Problems
    ) throws -> ModalityShape? {
        let place = Configuration.place(of: modality)
        guard storeIsMade, !settings.encoder.isEmpty, let read = settings.encoderModality(of: modality) else {
            return try problems.collect {
                guard !configuration.train.model.isLive else {
                    if settings.encoderModality(of: modality) == nil { throw Self.hasNoEncoder(modality) }
                    throw UserError(
                        "is empty, and the encoder runs in every step", at: "\(place).encoder",
                        remedy: "Name the model's directory, or choose a method that reads stored states (train.cached: true).")
                }
                let store = try openStore(URL(filePath: settings.store), settings.encoderModality(of: modality))
                return ModalityShape(width: store.width, layers: store.layers)
            }
        }
        let found = try problems.collect { try EncoderDirectory(encoderDirectory(settings.encoder), for: read) }
        guard let directory = found else { return nil }
        let family = directory.family
        guard family.input.modality == read else {
            problems.add(
                UserError(
                    "\(directory.url.path) reads \(family.input.modality.plural)", at: "\(place).encoder",
                    remedy: "Name an encoder of \(read.itemPart)s."))
            return nil
        }
        if case .tokens(_, let maximum) = family.input {
            problems.require(
                (1...max(1, maximum)).contains(settings.maximumTokens),
                "is \(settings.maximumTokens), expected 1 to the encoder's \(maximum)", at: "\(place).maximum_tokens")
        }
        let layers = settings.layers ?? EncodingOptions.usualLayers(depth: family.depth)
        do { try ModalityShape.check(kept: layers, of: Array(0...family.depth)) } catch let error as UserError {
            problems.add(
                UserError(
                    error.problem, at: "\(place).layers",
                    remedy: "The encoder has the hidden states 0 to \(family.depth): choose among them, in ascending order."))
            return nil
        }
        return ModalityShape(width: family.width, layers: layers)
    }

    /// Whether something can be made at a path: no file is in the way, and the nearest folder above can be written to.
    private static func folderProblems(_ path: String, _ place: String) -> Problems {
        var problems = Problems()
        let files = FileManager.default
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: path, isDirectory: &isFolder) {
            problems.require(
                isFolder.boolValue, "\(path) is a file, and a folder is to be made there", at: place,
                remedy: "Name another folder.")
        }
        var above = URL(filePath: path).standardizedFileURL
        while !files.fileExists(atPath: above.path), above.path != "/" { above.deleteLastPathComponent() }
        problems.require(
            files.fileExists(atPath: above.path, isDirectory: &isFolder) && (isFolder.boolValue || above.path == path),
            "\(above.path) is a file, so no folder can be below it", at: place, remedy: "Name another folder.")
        problems.require(
            access(above.path, W_OK) == 0, "\(above.path) cannot be written to", at: place,
            remedy: "Check who may write there, or name another folder.")
        return problems
    }
}
