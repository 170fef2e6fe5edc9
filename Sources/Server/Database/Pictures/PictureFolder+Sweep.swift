import Files
package import Foundation

extension PictureFolder {
    /// Removes the pictures that no item has any more, and what was made of them.
    ///
    /// - Parameters:
    ///   - age: seconds for which a picture that no item has is kept: between its storing and the item's change some time passes.
    ///   - used: those of some names that an item has; ``ServerDatabase/pictures(among:)``.
    /// - Returns: how many were removed.
    /// - Throws: what `used` throws; ``UserError`` where a folder cannot be read.
    package func sweep(
        olderThan age: TimeInterval, used: (_ names: [String]) async throws -> Set<String>
    ) async throws -> Int {
        let time = Date() - age
        var count = 0
        for folder in try folders(of: .original) {
            let names = try names(in: folder)
            let needed = try await used(names.filter { place($0, .original) != nil })
            for name in names where !needed.contains(name) {
                // What a killed writer left goes too, and is not counted.
                let isRemoved = remove(folder.appending(path: name), untouchedSince: time)
                if isRemoved, place(name, .original) != nil { count += 1 }
            }
        }
        for kind in [Kind.whole, .thumbnail] {
            for folder in try folders(of: kind) {
                for name in try names(in: folder) where !has(name) {
                    _ = remove(folder.appending(path: name), untouchedSince: time)
                }
            }
        }
        return count
    }

    private func folders(of kind: Kind) throws -> [URL] {
        let all = url.appending(path: kind.rawValue)
        return try names(in: all).map { all.appending(path: $0) }
    }

    private func names(in folder: URL) throws -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() } catch {
            throw UserError.system("could not list the folder", at: folder.path, error: error)
        }
    }
}
