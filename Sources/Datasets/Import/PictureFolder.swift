import Files
import Foundation

/// The pictures in a folder, found by the id of their item.
///
/// Names come from the folder's own list, so an id such as `../x` finds nothing outside it.
struct PictureFolder {
    private static let extensions = ["jpg", "jpeg", "png", "webp"]
    private var names: [String: String] = [:]

    /// Lists a folder.
    ///
    /// - Throws: ``UserError`` when it is missing or cannot be read.
    init(_ folder: URL) throws {
        let list: [String]
        do {
            list = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw UserError.system("could not list the pictures folder", at: folder.path, error: error)
        }
        for name in list {
            guard let dot = name.lastIndex(of: "."), dot != name.startIndex, let rank = Self.rank(name[dot...]) else {
                continue
            }
            let id = String(name[..<dot])
            // Of several pictures the extension listed first counts; the folder's list has no order of its own.
            if let other = names[id], let otherDot = other.lastIndex(of: "."), let otherRank = Self.rank(other[otherDot...]),
                (otherRank, other) < (rank, name)
            {
                continue
            }
            names[id] = name
        }
    }

    private static func rank(_ dotExtension: Substring) -> Int? {
        extensions.firstIndex(of: dotExtension.dropFirst().lowercased())
    }

    /// How many ids have a picture.
    var count: Int { names.count }

    /// The name of an item's picture; nil where there is none.
    func name(of id: String) -> String? { names[id] }
}
