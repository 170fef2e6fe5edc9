import Files
package import Foundation
package import Metrics
import Owned
import Training

/// A new run that is to take the place of the one that is served.
package struct Promotion {
    /// How much better the new one ranks on its validation targets than the old one on its own.
    package let difference: RunDifference
    private let run: URL
    private let current: URL

    /// Compares two runs by their validation.
    ///
    /// - Parameter metric: what is compared; nil for what the new run was selected by.
    /// - Throws: ``UserError`` when one of them is no run, or was not evaluated.
    package init(of run: URL, over current: URL, metric: Metric? = nil) throws {
        (self.run, self.current) = (try FolderPlace.resolved(run), try FolderPlace.resolved(current))
        guard self.run != self.current else {
            throw UserError("is the run that is served", at: run.path, remedy: "Name another run to take its place.")
        }
        let selected = try Pipeline(run: run).configuration.train.selectedBy
        _ = try Pipeline(run: current)
        let compared = metric ?? selected
        guard compared.isOfRanks else {
            throw UserError(
                "\(compared.name) is no metric of the target's rank", remedy: "Compare by one as HR@10, NDCG@10 or MRR.")
        }
        difference = RunDifference(try Self.ranks(run), try Self.ranks(current), metric: compared)
    }

    private static func ranks(_ run: URL) throws -> RankTable {
        let file = RunDirectory(run).ranks(.validation)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw UserError("was not evaluated", at: run.path, remedy: "Evaluate it: iisan evaluate \(run.path)")
        }
        return try RankTable(file)
    }

    /// Puts a copy of the new run in the place of the old one, which is kept beside it.
    ///
    /// The new run stays where it is, and both share their files where the disk can.
    ///
    /// - Returns: where the old run is now.
    /// - Throws: ``UserError`` when another process writes one of them, or the disk fails; the old run is then where it was.
    package func carryOut() throws -> URL {
        let place = try OwnedFolder(.run, at: current, for: .going, apart: [run])
        let previous = OwnedFolder.nextPrevious(of: current)
        try OwnedFolder(.run, at: previous, for: .making).create { try Self.copy(current, to: $0) }
        try place.create { try Self.copy(run, to: $0) }
        return previous
    }

    /// Copies a folder; files are the same by another name where the disk can.
    private static func copy(_ folder: URL, to place: URL) throws {
        for name in (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []) {
            let (source, target) = (folder.appending(path: name), place.appending(path: name))
            var status = stat()
            guard lstat(source.path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try Folder.make(target)
            } else if link(source.path, target.path) != 0 {
                do { try FileManager.default.copyItem(at: source, to: target) } catch {
                    throw UserError.system("could not copy the file", at: source.path, error: error)
                }
            }
        }
    }
}
