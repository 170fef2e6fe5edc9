import Files
import Foundation

/// The pictures of a dataset that some were added to.
///
/// Those of the raw files stay where they are: `appended-pictures/original` of the dataset is a link to their folder, and `appended-pictures/added` has the
/// others, by the hash of their bytes.
struct DatasetPictures {
    private let dataset: Dataset
    /// The folder of the raw files' pictures; nil where they have none.
    private let original: URL?
    /// Whether the dataset has both folders already.
    private let isDivided: Bool
    /// The pictures to be added, by name.
    private var added: [String: URL] = [:]

    private static let folder = "appended-pictures"
    private static let originalName = "original"
    private static let addedName = "added"

    init(of dataset: Dataset) {
        self.dataset = dataset
        let own = dataset.folder.appending(path: Self.folder)
        isDivided = dataset.picturesRoot?.standardizedFileURL.path == own.standardizedFileURL.path
        let link = own.appending(path: Self.originalName)
        original =
            isDivided
            ? (try? FileManager.default.destinationOfSymbolicLink(atPath: link.path)).map { URL(filePath: $0) }
            : dataset.picturesRoot
    }

    /// The path of a picture that is added, below the new version's root.
    ///
    /// - Throws: ``UserError`` when it cannot be read.
    static func path(of file: URL) throws -> String { "\(addedName)/\(try ContentHash.of(file: file))" }

    /// Notes a picture that an item of the new version has.
    mutating func add(_ path: String, _ file: URL) { added[String(path.dropFirst(Self.addedName.count + 1))] = file }

    /// Whether a picture that was there is the same as one to be added.
    func isSame(_ path: String?, as new: String?) throws -> Bool {
        guard let path, let new else { return path == nil && new == nil }
        if path == new { return true }
        guard let file = dataset.picturesRoot?.appending(path: path), FileManager.default.fileExists(atPath: file.path) else {
            return false
        }
        return try Self.path(of: file) == new
    }

    /// The path of a picture in the new version.
    func path(_ path: String) -> String {
        let isOwn =
            path.hasPrefix("\(Self.addedName)/")
            && (isDivided || added[String(path.dropFirst(Self.addedName.count + 1))] != nil)
        return isDivided || isOwn || added.isEmpty ? path : "\(Self.originalName)/\(path)"
    }

    /// The new version's folder of pictures; nil where there are none.
    func root(in folder: URL) -> URL? {
        isDivided || !added.isEmpty ? folder.appending(path: Self.folder) : dataset.picturesRoot
    }

    /// Makes the folder in the new version.
    ///
    /// - Throws: ``UserError`` when a picture cannot be copied.
    func write(to partial: URL) throws {
        guard isDivided || !added.isEmpty else { return }
        let pictures = partial.appending(path: Self.folder)
        let folder = pictures.appending(path: Self.addedName)
        try Folder.make(folder)
        if let original {
            let link = pictures.appending(path: Self.originalName)
            guard symlink(original.standardizedFileURL.path, link.path) == 0 else {
                throw UserError.system("could not make the link", at: link.path)
            }
        }
        if isDivided {
            let old = dataset.folder.appending(path: "\(Self.folder)/\(Self.addedName)")
            for name in (try? FileManager.default.contentsOfDirectory(atPath: old.path)) ?? [] {
                try Self.copy(old.appending(path: name), to: folder.appending(path: name))
            }
        }
        for (name, file) in added { try Self.copy(file, to: folder.appending(path: name)) }
        Folder.flush(folder)
    }

    /// The same file by another name where the disk is the same, else a copy of it.
    private static func copy(_ file: URL, to place: URL) throws {
        if FileManager.default.fileExists(atPath: place.path) || link(file.path, place.path) == 0 { return }
        do { try AtomicFile.write(Data(contentsOf: file), to: place) } catch let error as UserError { throw error } catch {
            throw UserError.system("could not copy the picture", at: file.path, error: error)
        }
    }
}
