import CFileSystem
import Files
package import Foundation

/// Where a path leads, and how places lie to each other.
package enum FolderPlace {
    /// The place that a path stands for, links followed: a link to a folder is filled at its target, and the link stays.
    ///
    /// - Parameter url: need not exist; what is missing of it is kept as it is written.
    /// - Throws: ``UserError`` when the links form a loop.
    package static func resolved(_ url: URL) throws -> URL {
        try resolved(URL(filePath: url.path).standardizedFileURL.path, links: 0, named: url)
    }

    private static func resolved(_ path: String, links: Int, named url: URL) throws -> URL {
        guard links < 40 else { throw UserError("the links form a loop", at: url.path, remedy: "Remove the link.") }
        if let real = realpath(path, nil) {
            defer { free(real) }
            return URL(filePath: String(cString: real))
        }
        let (parent, name) = ((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
        // A link to what is not there yet: it is made where the link leads.
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
            return try resolved(target.hasPrefix("/") ? target : "\(parent)/\(target)", links: links + 1, named: url)
        }
        guard parent != path, !parent.isEmpty else { return URL(filePath: path) }
        return try resolved(parent, links: links + 1, named: url).appending(path: name)
    }

    /// Refuses a folder that a disk or a container's volume is mounted at: it cannot be renamed, so nothing can take its place.
    ///
    /// - Parameter url: need not exist.
    /// - Throws: ``UserError`` that says what to do.
    package static func checkIsNoVolume(_ url: URL) throws {
        guard is_mount_point(try resolved(url).path) != 0 else { return }
        throw UserError(
            "is where a volume is mounted, and cannot be replaced as a whole", at: url.path,
            remedy: "Name a folder in it: \(url.appending(path: "NAME").path). Nothing was changed.")
    }

    /// Whether a place is a folder or lies in it; both resolved.
    package static func lies(_ place: URL, in folder: URL) -> Bool {
        let (inner, outer) = (place.path, folder.path)
        if inner == outer || inner.hasPrefix(outer.hasSuffix("/") ? outer : outer + "/") { return true }
        // Some disks do not tell capitals from small letters: there the names differ and the folder is one.
        var status = stat()
        guard stat(outer, &status) == 0 else { return false }
        let (device, number) = (status.st_dev, status.st_ino)
        var path = inner
        while true {
            if stat(path, &status) == 0, status.st_dev == device, status.st_ino == number { return true }
            let parent = (path as NSString).deletingLastPathComponent
            if parent == path || parent.isEmpty { return false }
            path = parent
        }
    }

    /// Refuses paths that are the same or lie in one another, before anything is made.
    ///
    /// - Parameters:
    ///   - outputs: what is written: what messages call it, and its path.
    ///   - inputs: what is read only; of these, several may lie together.
    /// - Throws: ``UserError`` that names both, and one for an output with an empty path.
    package static func checkApart(
        outputs: [(name: String, path: String)], inputs: [(name: String, path: String)]
    ) throws {
        let written = try outputs.map { output in
            guard !output.path.isEmpty else {
                throw UserError("the path is empty", at: output.name, remedy: "Name a folder that is written and nothing else.")
            }
            return (name: output.name, place: try resolved(URL(filePath: output.path)))
        }
        let read = try inputs.filter { !$0.path.isEmpty }.map { (name: $0.name, place: try resolved(URL(filePath: $0.path))) }
        for (index, output) in written.enumerated() {
            for other in written[(index + 1)...] + read {
                let isInside = lies(output.place, in: other.place)
                guard isInside || lies(other.place, in: output.place) else { continue }
                let how =
                    output.place.path == other.place.path
                    ? "is the same path as \(other.name)" : "\(isInside ? "lies in" : "contains") \(other.name)"
                throw UserError(
                    (output.name == output.place.path ? "" : "\(output.place.path) ") + how
                        + (how.hasPrefix("is") ? "" : ", \(other.place.path)"), at: output.name,
                    remedy: "Give each a folder of its own, beside the others: what is written is replaced as a whole.")
            }
        }
    }
}
