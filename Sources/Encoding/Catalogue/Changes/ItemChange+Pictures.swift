import Files
import Foundation
import Pictures

extension ItemChange {
    /// The items with some pictures changed, which lie as PNG files in the folder.
    func changedPictures(of items: [CatalogueItem], _ rows: [Int], _ workFolder: URL) throws -> [CatalogueItem] {
        var result = items
        switch kind {
        case .picturesMissing:
            for row in rows { result[row].picture = nil }
        case .picturesSwapped:
            for (row, donor) in zip(rows, try donors(of: rows, items, \.picture)) { result[row].picture = items[donor].picture }
        case .picturesNoisy, .picturesBlurred:
            try Folder.make(workFolder)
            let sources = rows.compactMap { items[$0].picture }
            let files = ParallelWork.map(count: sources.count, threads: ProcessInfo.processInfo.activeProcessorCount) { index in
                Result { try self.changedFile(of: sources[index], workFolder) }
            }
            for (row, file) in zip(rows, files) { result[row].picture = try file.get() }
        case .titlesMissing, .titlesShuffled, .titlesTruncated, .titlesNoisy, .titlesSwapped:
            preconditionFailure("\(kind) is no picture's")
        }
        return result
    }

    /// The file of the changed picture, made where it does not lie there yet; the picture's own file where it cannot be read.
    private func changedFile(of source: URL, _ workFolder: URL) throws -> URL {
        guard let content = try? ContentHash.of(file: source) else { return source }
        var name = ContentHash()
        // The number counts the ways in which pictures were changed in this program's history.
        for part in ["1", content, kind.rawValue, String(seed)] { name.update(part) }
        let file = workFolder.appending(path: "\(name.digits).png")
        if FileManager.default.fileExists(atPath: file.path) { return file }
        guard let picture = try? Picture(file: source) else { return source }
        var random = random(kind.rawValue, content)
        let changed = kind == .picturesNoisy ? picture.noisy(&random) : picture.blurred()
        try AtomicFile.write(changed.png(), to: file)
        return file
    }
}
