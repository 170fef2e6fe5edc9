import Files
package import Foundation
import Owned

/// The folder where models of the hub lie, shared with Python's `huggingface_hub`.
///
/// Each model has a folder `models--organisation--name`: `blobs/` holds the files' bytes by their hash, `snapshots/<commit>/` the files
/// by name as relative links to them, `refs/<revision>` the commit of a branch or tag.
package struct HubCache: Sendable {
    /// A model in the cache.
    package struct Model: Sendable, Equatable {
        /// Its name.
        package let repository: HubRepository
        /// The commits of branches and tags, by their names.
        package let revisions: [String: String]
        /// The commits there are files of.
        package let commits: [String]
        /// The bytes of all its files.
        package let bytes: Int
    }

    /// Where the folder is.
    package let folder: URL

    /// Takes a folder, which need not exist; by default the one that the environment names.
    package init(_ folder: URL = HubSettings().cache) { self.folder = folder }

    /// The models in the cache, by name.
    package func models() -> [Model] {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name -> Model? in
            guard let repository = HubRepository(folderName: name) else { return nil }
            let commits = (try? files.contentsOfDirectory(atPath: snapshots(repository).path)) ?? []
            let blobs = blobs(repository)
            let hashes = (try? files.contentsOfDirectory(atPath: blobs.path)) ?? []
            let bytes = hashes.reduce(0) { $0 + (Self.size(of: blobs.appending(path: $1)) ?? 0) }
            return Model(
                repository: repository, revisions: revisions(repository),
                commits: commits.filter { HubFiles.isHash($0, digits: 40) }.sorted(), bytes: bytes)
        }
    }

    /// The folder of a model's files.
    ///
    /// - Parameters:
    ///   - name: the model's name on the hub.
    ///   - revision: a branch, a tag or a commit.
    /// - Throws: ``UserError`` when the name is none, or the model is not in the cache.
    package func directory(of name: String, revision: String = "main") throws -> URL {
        let repository = try HubRepository(name)
        if let commit = commit(of: revision, repository) {
            let directory = snapshot(commit, repository)
            if FileManager.default.fileExists(atPath: directory.path) { return directory }
        }
        throw UserError(
            "the model \(name) (\(revision)) is not in the cache", at: folder.path, remedy: "Pull it from the hub first.")
    }

    /// The commit of a branch, a tag or a commit, where it is known here.
    func commit(of revision: String, _ repository: HubRepository) -> String? {
        if HubFiles.isHash(revision, digits: 40) { return revision }
        guard HubFiles.isSafe(revision) else { return nil }
        let file = refs(repository).appending(path: revision)
        let text = try? String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.flatMap { HubFiles.isHash($0, digits: 40) ? $0 : nil }
    }

    private func revisions(_ repository: HubRepository) -> [String: String] {
        let root = refs(repository)
        var revisions: [String: String] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: root.path) ?? .init() {
            if let commit = commit(of: name, repository), !HubFiles.isHash(name, digits: 40) { revisions[name] = commit }
        }
        return revisions
    }

    func model(_ repository: HubRepository) -> URL { folder.appending(path: repository.folderName) }
    func blobs(_ repository: HubRepository) -> URL { model(repository).appending(path: "blobs") }
    func refs(_ repository: HubRepository) -> URL { model(repository).appending(path: "refs") }
    func snapshots(_ repository: HubRepository) -> URL { model(repository).appending(path: "snapshots") }
    func snapshot(_ commit: String, _ repository: HubRepository) -> URL { snapshots(repository).appending(path: commit) }

    /// The bytes of a plain file, through links; nil where there is none.
    static func size(of file: URL) -> Int? {
        var status = stat()
        guard stat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }
}

extension HubCache {
    /// Opens a model's folder for writing and keeps other pulls of this program away from it. The lock lies where `huggingface_hub`
    /// keeps its own.
    func open(_ repository: HubRepository) throws -> OwnedFolder {
        try OwnedFolder(
            .hub, at: model(repository), for: .going, lock: folder.appending(path: ".locks/\(repository.folderName)/lock"))
    }

    /// Names a file of a commit: a link to its blob.
    func link(_ name: String, to blob: String, commit: String, _ repository: HubRepository) throws {
        let place = snapshot(commit, repository).appending(path: name)
        let parent = place.deletingLastPathComponent()
        try Folder.make(parent)
        OwnedFolder.sweepFiles(in: parent)
        let depth = name.split(separator: "/").count
        let target = String(repeating: "../", count: depth + 1) + "blobs/" + blob
        let partial = parent.appending(path: HiddenName.new(for: place.lastPathComponent, .partial))
        guard symlink(target, partial.path) == 0 else { throw UserError.system("could not make the link", at: place.path) }
        guard rename(partial.path, place.path) == 0 else {
            let error = UserError.system("could not put the link in its place", at: place.path)
            unlink(partial.path)
            throw error
        }
        Folder.flush(parent)
    }

    /// Writes down the commit of a branch or tag.
    func note(_ revision: String, is commit: String, _ repository: HubRepository) throws {
        if revision == commit { return }
        let file = refs(repository).appending(path: revision)
        try Folder.make(file.deletingLastPathComponent())
        OwnedFolder.sweepFiles(in: file.deletingLastPathComponent())
        try AtomicFile.write(commit, to: file)
    }
}
