import Files
import Foundation

extension DatasetContents {
    /// Writes the dataset directory, whole or not at all, and opens it.
    ///
    /// - Parameters:
    ///   - folder: where it will be.
    ///   - replacing: whether a directory that is there gives way.
    /// - Throws: ``UserError`` when the dataset is empty, a picture path leaves its folder, an id is empty or there twice, or the disk fails.
    @discardableResult
    public func write(to folder: URL, replacing: Bool = false) throws -> Dataset {
        try check()
        try Folder.create(at: folder, replacing: replacing) { partial in
            try ItemsFile.write(items, in: partial)
            try UsersFile.write(users, in: partial)
            try writeHistories(in: partial)
            let manifest = DatasetManifest(
                name: name, source: source, users: users.count, items: items.count, interactions: interactions.count,
                itemsWithTitle: items.count { $0.title != nil }, itemsWithPicture: items.count { $0.picturePath != nil },
                hasTimestamps: timestamps != nil, picturesRoot: picturesRoot(seenFrom: folder),
                contentHash: try Dataset.contentHash(in: partial))
            try JSONFile.write(manifest, to: partial.appending(path: DatasetManifest.fileName))
        }
        return try Dataset.open(folder, verifyingHash: false)
    }

    private func writeHistories(in folder: URL) throws {
        // 8-byte tensors first: each tensor then starts at a multiple of its element's size.
        var declarations = [SafetensorsWriter.Declaration("offsets", type: "I64", shape: [offsets.count])]
        if let timestamps { declarations.append(.init("timestamps", type: "I64", shape: [timestamps.count])) }
        declarations.append(.init("items", type: "I32", shape: [interactions.count]))
        let writer = try SafetensorsWriter(folder.appending(path: Histories.fileName), declarations)
        try writer.append(offsets)
        if let timestamps { try writer.append(timestamps) }
        try writer.append(interactions)
        try writer.commit()
    }

    /// The pictures folder as the manifest has it: from the dataset directory when it lies inside, otherwise absolute.
    private func picturesRoot(seenFrom folder: URL) -> String? {
        guard let pictures else { return nil }
        let inside = folder.standardizedFileURL.path + "/"
        let path = pictures.standardizedFileURL.path
        return path.hasPrefix(inside) ? String(path.dropFirst(inside.count)) : path
    }
}
