import Files
import Foundation

extension HubCache {
    /// Keeps other pulls of this program away from a model. The lock lies where `huggingface_hub` keeps its own.
    func lock(_ repository: HubRepository) throws -> FolderLock {
        let locks = folder.appending(path: ".locks/\(repository.folderName)")
        try Folder.make(locks)
        return try FolderLock(locks)
    }

    /// Names a file of a commit: a link to its blob.
    func link(_ name: String, to blob: String, commit: String, _ repository: HubRepository) throws {
        let place = snapshot(commit, repository).appending(path: name)
        try Folder.make(place.deletingLastPathComponent())
        let depth = name.split(separator: "/").count
        let target = String(repeating: "../", count: depth + 1) + "blobs/" + blob
        let partial = place.deletingLastPathComponent().appending(path: ".\(getpid())-\(UInt32.random(in: 0 ... .max)).link")
        guard symlink(target, partial.path) == 0 else { throw UserError.system("could not make the link", at: place.path) }
        guard rename(partial.path, place.path) == 0 else {
            let error = UserError.system("could not put the link in its place", at: place.path)
            unlink(partial.path)
            throw error
        }
    }

    /// Writes down the commit of a branch or tag.
    func note(_ revision: String, is commit: String, _ repository: HubRepository) throws {
        if revision == commit { return }
        let file = refs(repository).appending(path: revision)
        try Folder.make(file.deletingLastPathComponent())
        try AtomicFile.write(commit, to: file)
    }
}
