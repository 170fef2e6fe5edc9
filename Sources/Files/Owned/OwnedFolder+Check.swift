import Files
import Foundation

extension OwnedFolder {
    /// Refuses a place whose content would be lost, or mixed with what is made.
    ///
    /// - Throws: ``UserError`` that names what is there and what to do.
    static func checkContent(_ kind: FolderKind, _ url: URL, _ purpose: Purpose) throws {
        try checkAround(kind, url)
        if purpose != .going { try FolderPlace.checkIsNoVolume(url) }
        if isEmpty(url) { return try checkIsNoHome(kind, url) }
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw UserError(
                "is a file, and \(kind.shown) is a folder", at: url.path,
                remedy: "Name a folder that is empty or not there yet.")
        }
        if purpose == .making {
            throw UserError(
                "already exists", at: url.path,
                remedy: kind.isMarked(url)
                    ? "Give --replace to put a new one in its place, or choose another path."
                    : "Choose another path, or remove this folder first.")
        }
        guard kind.isMarked(url) else {
            throw UserError(
                "is not \(kind.shown), it holds \(shown(names(in: url).sorted()))", at: url.path,
                remedy: "Choose a folder that is empty or not there yet; nothing was changed.")
        }
        guard purpose == .replacing else { return }
        try checkIsNoHome(kind, url)
        let foreign = kind.foreign(in: url)
        guard foreign.isEmpty else {
            throw UserError(
                "is not replaced, because it also holds what \(kind.shown) has not: \(shown(foreign))", at: url.path,
                remedy: "Move it elsewhere, or choose another path; nothing was changed.")
        }
    }

    /// Refuses a place inside a folder that is replaced or moved as a whole.
    private static func checkAround(_ kind: FolderKind, _ url: URL) throws {
        // Checkpoints belong into a run.
        guard kind != .checkpoint else { return }
        var parent = url.deletingLastPathComponent()
        while parent.path != "/" {
            let around = FolderKind.allCases.first { $0.keepsOthersOut && $0.isMarked(parent) && !$0.isOldRun(parent) }
            if let around {
                throw UserError(
                    "lies in \(around.shown), \(parent.path)", at: url.path,
                    remedy: "Choose a folder beside it: \(around.shown) is replaced or moved as a whole.")
            }
            parent = parent.deletingLastPathComponent()
        }
    }

    /// Refuses folders that people and programs work in.
    static func checkIsNoHome(_ kind: FolderKind, _ url: URL) throws {
        let files = FileManager.default
        let held = [
            ("the folder that the program runs in", files.currentDirectoryPath), ("your home folder", NSHomeDirectory()),
        ]
        for (name, path) in held where FolderPlace.lies(try FolderPlace.resolved(URL(filePath: path)), in: url) {
            throw UserError(
                "is \(name), or holds it", at: url.path,
                remedy: "Name a folder of its own for \(kind.shown); nothing was changed.")
        }
    }

    /// Some names, for a message.
    private static func shown(_ names: [String]) -> String {
        let few = names.prefix(4).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 4 ? "\(few) and \(names.count - 4) more" : few
    }
}

extension FolderKind {
    /// A run of an older build: what was made around one by its mistake is not a run.
    fileprivate func isOldRun(_ folder: URL) -> Bool {
        self == .run && !FileManager.default.fileExists(atPath: folder.appending(path: "run.json").path)
    }
}
