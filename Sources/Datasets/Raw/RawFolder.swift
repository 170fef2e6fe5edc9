package import Files
package import Foundation

/// A look at a folder of raw files: which settings an import of them needs, and why.
package struct RawFolder: Sendable {
    /// The forms that are recognised.
    package enum Form: String, Sendable {
        case iisan
        case table
        case amazon
        case recBole = "recbole"
        case movieLens = "movielens"
    }

    /// Files in one of the forms.
    package struct Found: Sendable {
        /// The form.
        package var form: Form
        /// The histories.
        package var interactions: URL
        /// The items; nil where there is no file of them.
        package var items: URL?
        /// The folder of pictures; nil where none has pictures of these items.
        package var pictures: URL?
        /// The columns of the interactions that have to be named.
        package var user, item, timestamp: Column?
        /// The columns of the items that have to be named.
        package var id, title, picture: Column?
        /// How characters are written; nil for UTF-8.
        package var encoding: TextEncoding?
        /// What the first row has.
        package var firstRow = Table.FirstRow.auto
        /// Interactions with unknown items.
        package var unknownItems = ImportOptions.UnknownItems.fail
        /// Items that are there twice.
        package var duplicateItems = ImportOptions.DuplicateItems.fail
        /// What a trial import of the files gives.
        package internal(set) var report: ImportReport?
        /// Why a setting is as it is, by the setting's name.
        package internal(set) var notes: [String: [String]] = [:]

        init(_ form: Form, interactions: URL, items: URL?) {
            self.form = form
            self.interactions = interactions
            self.items = items
        }

        mutating func note(_ setting: String, _ text: String) { notes[setting, default: []].append(text) }
    }

    /// The folder.
    package let folder: URL
    /// The files to import; nil when none can be.
    package internal(set) var found: Found?
    /// Other files that could be imported, or why some cannot, in sentences.
    package internal(set) var remarks: [String] = []
    /// Directories below the folder that have a model's `config.json`.
    package let models: [URL]
    let files: [URL]
    let pictureFolders: [URL]

    /// Looks at a folder and the folders in it, three deep.
    ///
    /// Files are read as far as it takes to tell what they are; those chosen are read whole, as an import does, without writing.
    ///
    /// - Parameter stop: asks the looking to stop.
    /// - Throws: ``UserError`` when the folder cannot be listed; `CancellationError`.
    package init(_ folder: URL, stop: StopToken = StopToken()) throws {
        self.folder = folder.standardizedFileURL
        let contents = try Contents(self.folder)
        (files, pictureFolders, models) = (contents.files, contents.pictureFolders, contents.models)
        for var candidate in try candidates(stop) {
            if found != nil {
                remarks.append(
                    "\(name(candidate.interactions)) could be imported in its place, in the form \(candidate.form.rawValue)")
                continue
            }
            try choosePictures(&candidate)
            do {
                try attempt(&candidate, stop)
                found = candidate
            } catch let error as UserError {
                remarks.append(
                    "\(name(candidate.interactions)) cannot be imported: \(error.place.map { "\($0): " } ?? "")\(error.problem)"
                )
            }
        }
    }

    /// A file's path from the folder.
    func name(_ url: URL) -> String {
        let path = url.standardizedFileURL.path
        return path.hasPrefix(folder.path + "/") ? String(path.dropFirst(folder.path.count + 1)) : path
    }

    /// Imports without writing, and notes what has to be left out.
    private func attempt(_ candidate: inout Found, _ stop: StopToken) throws {
        candidate.unknownItems = .drop
        candidate.duplicateItems = .keepFirst
        let report = try candidate.datasetImport.trial(stop: stop)
        if report.unknownInteractions == 0 {
            candidate.unknownItems = .fail
        } else {
            candidate.note(
                "unknown_items", "\(report.unknownInteractions) interactions have an item that the items' file lacks.")
        }
        if report.duplicateItems == 0 {
            candidate.duplicateItems = .fail
        } else {
            candidate.note("duplicate_items", "\(report.duplicateItems) rows repeat an item.")
        }
        candidate.report = report
    }
}

extension RawFolder.Found {
    /// The import of these files.
    package var datasetImport: DatasetImport {
        func table(_ url: URL) -> Table { Table(url, firstRow: firstRow, encoding: encoding) }
        let interactionTable = InteractionTable(table(interactions), user: user, item: item, timestamp: timestamp)
        let itemTable = items.map { ItemTable(table($0), id: id, title: title, picture: picture) }
        let source: ImportSource =
            switch form {
            case .iisan: .iisan(users: interactions, items: items ?? interactions, pictures: pictures)
            case .amazon: .amazon(reviews: interactions, metadata: items ?? interactions, pictures: pictures)
            case .movieLens: .movieLens(ratings: interactions, movies: items, pictures: pictures)
            case .recBole: .recBole(interactions: interactionTable, items: itemTable, pictures: pictures)
            case .table: .tables(interactions: interactionTable, items: itemTable, pictures: pictures)
            }
        var options = ImportOptions()
        options.unknownItems = unknownItems
        options.duplicateItems = duplicateItems
        return DatasetImport(source, options: options)
    }
}
