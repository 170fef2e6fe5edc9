import Files
package import Foundation

/// A folder of videos' frames as pictures: `ITEM-1.jpg`, `ITEM-2.jpg` and so on, as MicroLens' users have them.
package struct VideoFrames: Sendable {
    private let frames: [[UInt8]: [URL]]

    /// How many items have frames.
    package var count: Int { frames.count }

    /// The most frames of an item.
    package var most: Int { frames.values.map(\.count).max() ?? 0 }

    /// Looks at a folder.
    ///
    /// - Throws: ``UserError`` when it cannot be read, or has no file of such a name.
    package init(_ folder: URL) throws {
        var numbered: [[UInt8]: [(number: Int, file: URL)]] = [:]
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder.path) } catch {
            throw UserError(
                "the folder of frames cannot be read", at: folder.path,
                remedy: "Name a folder with pictures that are called ITEM-1.jpg, ITEM-2.jpg and so on.")
        }
        for name in names {
            let stem = name.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
            guard ["jpg", "jpeg", "png", "webp"].contains(name.split(separator: ".").last?.lowercased() ?? ""),
                let mark = stem.lastIndex(of: "-"), let number = Int(stem[stem.index(after: mark)...]), mark != stem.startIndex
            else { continue }
            numbered[Array(stem[..<mark].utf8), default: []].append((number, folder.appending(path: name)))
        }
        guard !numbered.isEmpty else {
            throw UserError(
                "there are no frames here", at: folder.path, remedy: "Frames are called ITEM-1.jpg, ITEM-2.jpg and so on.")
        }
        frames = numbered.mapValues { $0.sorted { $0.number < $1.number }.map(\.file) }
    }

    /// The frames of an item, in their order; nil where it has none.
    package func files(of item: String) -> [URL]? { frames[Array(item.utf8)] }
}
