import Files
import Foundation
import Owned

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
