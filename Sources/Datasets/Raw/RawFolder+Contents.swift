import Files
import Foundation

extension RawFolder {
    /// What lies in a folder.
    struct Contents {
        /// Files that can be tables, by their names.
        var files: [URL] = []
        /// Folders with pictures in them, those with most first.
        var pictureFolders: [URL] = []
        /// Directories of models.
        var models: [URL] = []
        private var pictureCounts: [(folder: URL, count: Int)] = []

        private static let tables: Set<String> = [
            "csv", "tsv", "tab", "txt", "dat", "data", "log", "inter", "item", "jsonl", "ndjson", "json",
        ]
        private static let pictures: Set<String> = ["jpg", "jpeg", "png", "webp"]
        /// Folders below the folder that are looked into.
        private static let depth = 3

        /// - Throws: ``UserError`` when the folder cannot be listed.
        init(_ folder: URL) throws {
            do {
                try look(into: folder, depth: Self.depth)
            } catch let error as CocoaError {
                throw UserError.system("could not list the folder", at: folder.path, error: error)
            }
            pictureFolders = pictureCounts.sorted { ($1.count, $0.folder.path) < ($0.count, $1.folder.path) }.map(\.folder)
        }

        private mutating func look(into folder: URL, depth: Int) throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            // What this program made is no raw file, nor is what belongs to a model.
            if names.contains("dataset.json") || names.contains("result.json") { return }
            if names.contains("config.json") {
                models.append(folder)
                return
            }
            var pictures = 0
            for name in names where !name.hasPrefix(".") {
                let url = folder.appending(path: name)
                let plain = name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
                let ending = URL(filePath: plain).pathExtension.lowercased()
                if Self.pictures.contains(ending) {
                    pictures += 1
                } else if Self.isFolder(url) {
                    // A folder that may not be listed has nothing for us.
                    if depth > 0 { try? look(into: url, depth: depth - 1) }
                } else if Self.tables.contains(ending) {
                    files.append(url)
                }
            }
            if pictures > 0 { pictureCounts.append((folder, pictures)) }
        }

        private static func isFolder(_ url: URL) -> Bool {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
        }
    }

    /// Takes the folder that has pictures of most of a candidate's items.
    func choosePictures(_ candidate: inout Found) throws {
        guard candidate.picture == nil, let items = candidate.items else { return }
        guard let ids = try? ids(of: candidate, items), ids.count > 0 else { return }
        var best: (folder: URL, share: Double)?
        for folder in pictureFolders {
            let names = try PictureFolder(folder)
            let known = (0..<ids.count).count { names.name(of: ids.text($0)) != nil }
            let share = Double(known) / Double(ids.count)
            if share > best?.share ?? 0 { best = (folder, share) }
        }
        guard let best else {
            if !pictureFolders.isEmpty {
                candidate.note(
                    "pictures",
                    "The pictures in \(pictureFolders.map(name).prefix(3).joined(separator: ", ")) do not have the items' ids as names."
                )
            }
            return
        }
        candidate.pictures = best.folder
        candidate.note(
            "pictures", "Named by the items' ids: \(Int((best.share * 100).rounded(.down))) % of the items have a picture here."
        )
    }

    private func ids(of candidate: Found, _ items: URL) throws -> IDTable {
        switch candidate.form {
        case .iisan, .movieLens: try RawTable(items).ids(0)
        case .amazon:
            try RawTable(items).column(named: ["parent_asin", "asin"]).map { try RawTable(items).ids($0) } ?? IDTable()
        case .table, .recBole:
            try RawTable(items).column(named: ImportRun.itemNames + ["parent_asin", "id"])
                .map { try RawTable(items).ids($0) } ?? RawTable(items).ids(0)
        }
    }
}
