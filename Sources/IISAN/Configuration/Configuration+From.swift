import Datasets
import Encoders
package import Files
package import Foundation
package import Hub

extension Configuration {
    /// A commented configuration for the raw files in a folder, and the encoders on this machine: it says why it has what it has, and
    /// what is missing.
    ///
    /// What is made goes to the folder that the configuration is put into; the raw files and encoders have whole paths.
    ///
    /// - Parameters:
    ///   - folder: a folder of raw files.
    ///   - cache: the hub's cache, where encoders are looked for beside those in the folder.
    ///   - overrides: settings that come before what was found, as `train.epochs=3`.
    /// - Throws: ``UserError`` when the folder cannot be listed, or an override does not fit; `CancellationError`.
    package static func text(
        from folder: URL, cache: HubCache = HubCache(), overrides: [String] = [], stop: StopToken = StopToken()
    ) throws -> String {
        let raw = try RawFolder(folder, stop: stop)
        var draft = ConfigurationDraft(folder: raw.folder)
        draft.take(raw)
        draft.take(try ModelList(cache: cache, folders: raw.models).entries)
        draft.chooseMethod()
        return try draft.text(overrides)
    }
}

/// A configuration that is being made of what was found.
private struct ConfigurationDraft {
    let folder: URL
    var configuration = Configuration()
    /// The recipe to start with; nil for a method that has none of what it adds up.
    var recipe: Recipe? = .modern
    var hasTitles = false
    var hasPictures = false
    /// What is said above a setting, by its path.
    var notes: [String: [String]] = [:]
    /// What is said at the top.
    var remarks: [String] = []

    init(folder: URL) { self.folder = folder }

    mutating func note(_ path: String, _ text: String) { notes[path, default: []].append(text) }

    /// Takes the raw files.
    mutating func take(_ raw: RawFolder) {
        remarks += raw.remarks
        guard let found = raw.found, let report = found.report else {
            remarks.append("MISSING: no interactions were found. Name the files below data.import.")
            configuration.data.source = ImportSettings()
            note("data.import.interactions", "MISSING: name the file with the users' histories.")
            return
        }
        var settings = ImportSettings()
        settings.form = ImportSettings.Form(rawValue: found.form.rawValue) ?? .table
        settings.interactions = found.interactions.path
        settings.items = found.items?.path
        settings.pictures = found.pictures?.path
        (settings.user, settings.item, settings.timestamp) = (found.user, found.item, found.timestamp)
        (settings.id, settings.title, settings.picture) = (found.id, found.title, found.picture)
        settings.encoding = found.encoding
        settings.firstRow = found.firstRow
        settings.unknownItems = found.unknownItems
        settings.duplicateItems = found.duplicateItems
        configuration.data.source = settings
        for (setting, texts) in found.notes { for text in texts { note("data.import.\(setting)", text) } }
        note("data.import.interactions", "\(report.users) users and \(report.interactions) interactions.")
        let kept = configuration.data.split.maximumItems
        if report.interactions > kept * report.users {
            configuration.data.split.history = .whole
            note(
                "data.split.history",
                "A user has \(report.interactions / report.users) interactions on average, and all of them train; last, the papers' protocol, "
                    + "keeps the newest \(kept).")
        }
        if let order = report.order { note("data.import.order", "Histories are ordered \(order.text).") }
        for warning in report.warnings { note("data.import.order", "WARNING: \(warning)") }
        for table in report.tables { note("data.import.form", "Read as: \(table).") }
        hasTitles = report.itemsWithoutTitle < report.items
        hasPictures = report.itemsWithoutPicture < report.items
        if found.items == nil {
            note("data.import.items", "MISSING: no file with the items' titles was found.")
        } else {
            note(
                "data.import.items",
                "\(report.items) items, \(report.items - report.itemsWithoutTitle) with a title, "
                    + "\(report.items - report.itemsWithoutPicture) with a picture.")
        }
        if !hasPictures { note("data.import.pictures", "MISSING: no picture belongs to an item, by its id or a path.") }
    }

    /// Takes encoders of what the items have.
    mutating func take(_ models: [ModelList.Entry]) {
        let usable = models.filter { $0.problem == nil }
        for (modality, has, files) in [
            (Modality.text, hasTitles, ModelFiles.vocabularies), (.image, hasPictures, ModelFiles.pictureSettings),
        ] {
            let place = Configuration.place(of: modality)
            guard has else {
                note(place, "Left out: no item has a \(modality.itemPart).")
                continue
            }
            let fitting = usable.filter { entry in
                entry.modalities.contains(modality)
                    && files.contains { FileManager.default.fileExists(atPath: "\(entry.path)/\($0)") }
            }
            // The quickest first: a larger one is a line's change away.
            let ordered = fitting.sorted { size($0) < size($1) }
            guard let chosen = ordered.first else {
                note(
                    place,
                    "MISSING: no \(modality.name) encoder was found in the hub's cache or below the folder. Fetch one with "
                        + "iisan models pull NAME, and name it here as encoder, with a store.")
                continue
            }
            var settings = ModalitySettings()
            settings.encoder = chosen.name
            settings.store = "states/\(modality.name)"
            configuration.encode.modalities[modality] = settings
            note(
                "\(place).encoder",
                "The \(ordered.count == 1 ? "only" : "smallest") \(modality.name) encoder found: \(chosen.modelType ?? "a model"), "
                    + "\(chosen.depth ?? 0) blocks of width \(chosen.width ?? 0).")
            for other in ordered.dropFirst().prefix(5) {
                note("\(place).encoder", "Also here: \(other.name), \(other.depth ?? 0) blocks of width \(other.width ?? 0).")
            }
        }
        for model in models where model.problem != nil {
            remarks.append("The model \(model.name) cannot be used: \(model.problem ?? "")")
        }
    }

    private func size(_ entry: ModelList.Entry) -> Int { (entry.width ?? 0) * (entry.width ?? 0) * (entry.depth ?? 0) }

    /// Chooses a method for which everything is there.
    mutating func chooseMethod() {
        let encode = configuration.encode
        switch (encode.text != nil, encode.image != nil) {
        case (true, true): note("train.method", "Titles and pictures both have an encoder.")
        case (true, false):
            configuration.train.model.modality = .text
            note("train.modality", "Only titles have an encoder.")
        case (false, true):
            configuration.train.model.modality = .image
            note("train.modality", "Only pictures have an encoder.")
        case (false, false):
            recipe = nil
            configuration.train.model.method = .id
            note("train.method", "Without an encoder only the items' ids can be learnt; with one, take iisan.")
        }
    }

    /// The YAML of all settings with the notes above them.
    func text(_ overrides: [String]) throws -> String {
        var overrides = overrides
        var notes = notes
        if let recipe, !overrides.contains(where: { $0.hasPrefix("\(Recipe.key)=") }) {
            overrides.insert("\(Recipe.key)=\(recipe.rawValue)", at: 0)
            notes[Recipe.key] = [
                "The recipe that was best on most data it was tried on; \(Recipe.paper.rawValue) is the papers' own, "
                    + "\(Recipe.modernContent.rawValue) knows items by their titles and pictures alone."
            ]
        }
        let settings = try configuration.overridden(overrides)
        var lines = ["# Written by iisan config --from for \(oneLine(folder.path))."]
        lines += remarks.map { "# \(oneLine($0))" }
        lines.append("# Lines with > say why a setting is as it is. Start with: iisan run THIS_FILE")
        lines.append("")
        var keys: [(indent: Int, name: String)] = []
        for line in settings.yaml.split(separator: "\n", omittingEmptySubsequences: false) {
            // A setting is written as "name: value", or as "# name:" where it is left out.
            let indent = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(indent)
            let isLeftOut = rest.hasPrefix("# ") && rest.hasSuffix(":")
            let name = (isLeftOut ? rest.dropFirst(2) : rest).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            let isSetting =
                !name.isEmpty && (isLeftOut ? rest.count == name.count + 3 : rest.dropFirst(name.count).first == ":")
            if isSetting {
                while let last = keys.last, last.indent >= indent { keys.removeLast() }
                keys.append((indent, String(name)))
                let path = keys.map(\.name).joined(separator: ".")
                lines += (notes[path] ?? []).map { String(repeating: " ", count: indent) + "# > \(oneLine($0))" }
            }
            lines.append(String(line))
        }
        return lines.joined(separator: "\n")
    }

    /// A text without line ends, which would end a comment.
    private func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
