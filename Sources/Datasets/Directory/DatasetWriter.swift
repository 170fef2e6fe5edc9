import Files
import Foundation
import Owned

/// Writes a dataset directory from what an import or a program has gathered.
struct DatasetWriter {
    let name: String
    let source: String
    /// The items.
    let items: [DatasetContents.Item]
    /// The ids of the items, numbered as they are.
    let itemIDs: IDTable
    /// The folder that the pictures' paths start from.
    let pictures: URL?
    /// The ids of users.
    let userIDs: IDTable
    /// The users, as numbers in `userIDs`.
    let users: [Int32]
    /// Where each user's interactions start, and the number of all at the end [users + 1].
    let offsets: [Int64]
    /// The interactions, one user after the other.
    let interactions: InteractionList
    /// By what they are ordered; their times are kept where that is the time.
    let order: HistoryOrder
    /// Whether their times are known.
    var hasTimestamps: Bool { order.basis == .time }
    /// Asks the writing to stop.
    var stop = StopToken()

    /// Writes the directory, whole or not at all, and opens it.
    ///
    /// - Parameters:
    ///   - place: where it will be, opened to be made.
    ///   - completing: adds to the folder before it takes its place.
    /// - Throws: ``UserError`` when the disk fails; `CancellationError`; whatever `completing` throws.
    func write(to place: OwnedFolder, completing: (URL) throws -> Void = { _ in }) throws -> Dataset {
        try place.create { partial in
            let itemLines = try ItemsFile.write(items, in: partial, stop)
            let userLines = try UsersFile.write(users, of: userIDs, in: partial, stop)
            try writeHistories(in: partial)
            try DatasetIndex.write(items: itemLines, users: userLines, places: itemIDs.places, in: partial)
            try stop.check()
            let manifest = DatasetManifest(
                name: name, source: source, users: users.count, items: items.count, interactions: interactions.count,
                itemsWithTitle: items.count { $0.title != nil }, itemsWithPicture: items.count { $0.picturePath != nil },
                hasTimestamps: hasTimestamps, ordering: order, picturesRoot: picturesRoot(seenFrom: place.url),
                idsHash: itemIDs.hash,
                contentHash: try Dataset.contentHash(in: partial))
            try JSONFile.write(manifest, to: partial.appending(path: DatasetManifest.fileName))
            try completing(partial)
        }
        return try Dataset.open(place.url)
    }

    private func writeHistories(in folder: URL) throws {
        // 8-byte tensors first: each tensor then starts at a multiple of its element's size.
        var declarations = [SafetensorsWriter.Declaration("offsets", type: "I64", shape: [offsets.count])]
        if hasTimestamps { declarations.append(.init("timestamps", type: "I64", shape: [interactions.count])) }
        declarations.append(.init("items", type: "I32", shape: [interactions.count]))
        let writer = try SafetensorsWriter(folder.appending(path: Histories.fileName), declarations)
        try writer.append(offsets)
        if hasTimestamps { try write(\.timestamp, to: writer) }
        try write(\.item, to: writer)
        try writer.commit()
    }

    /// Writes one number of all interactions, in pieces: no second copy of all is made.
    private func write(_ number: (Interaction) -> some BitwiseCopyable, to writer: SafetensorsWriter) throws {
        for start in stride(from: 0, to: interactions.count, by: 1 << 16) {
            try stop.check()
            try writer.append(interactions.rows[start..<min(interactions.count, start + 1 << 16)].map(number))
        }
    }

    /// The pictures folder as the manifest has it: from the dataset directory when it lies inside, otherwise absolute.
    private func picturesRoot(seenFrom folder: URL) -> String? {
        guard let pictures else { return nil }
        let inside = folder.standardizedFileURL.path + "/"
        let path = pictures.standardizedFileURL.path
        return path.hasPrefix(inside) ? String(path.dropFirst(inside.count)) : path
    }
}

/// Writes a file line by line, atomically and in large pieces.
enum LineWriter {
    /// Writes some lines; `append` adds the bytes of the line with a number, the line end is added here.
    ///
    /// - Returns: where each line starts, and the size of the file at the end [count + 1].
    /// - Throws: ``UserError`` when the disk fails; `CancellationError` when it was asked to stop.
    static func write(_ count: Int, to url: URL, _ stop: StopToken, _ append: (Int, inout [UInt8]) -> Void) throws -> [Int64] {
        let file = try AtomicFile(url)
        var buffer: [UInt8] = []
        var written = 0
        var starts: [Int64] = [0]
        starts.reserveCapacity(count + 1)
        for line in 0..<count {
            append(line, &buffer)
            buffer.append(UInt8(ascii: "\n"))
            starts.append(Int64(written + buffer.count))
            if buffer.count >= 1 << 20 {
                try stop.check()
                try buffer.withUnsafeBytes { try file.write($0) }
                written += buffer.count
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try buffer.withUnsafeBytes { try file.write($0) }
        try file.commit()
        return starts
    }
}
