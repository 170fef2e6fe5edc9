package import Files
package import Foundation
import Owned

extension World {
    /// Writes the world in the form that `iisan data import` reads, and what only the generator knows beside it.
    ///
    /// - `users.tsv`: user, tab, the items oldest first with spaces between them.
    /// - `items.tsv`: item, tab, title.
    /// - `pictures/<item>.png`, unless the picture size is 0.
    /// - `attributes.tsv`: a line of names, then for each item its attributes and whether it is new.
    /// - `world.json`: a ``WorldCard``.
    ///
    /// - Parameters:
    ///   - folder: appears whole or not at all.
    ///   - replacing: whether an older folder there is replaced.
    ///   - stop: asks to stop; nothing is then left behind.
    /// - Returns: what `world.json` says.
    /// - Throws: ``UserError`` when the folder exists and `replacing` is false, holds something else than a world, or the disk fails;
    ///   `CancellationError` when it was told to stop.
    @discardableResult
    package func write(
        to folder: URL, replacing: Bool = false, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> WorldCard {
        try OwnedFolder(.world, at: folder, for: replacing ? .replacing : .making).create { folder in
            try writeItems(to: folder, progress: progress, stop)
            try writeUsers(to: folder, progress: progress, stop)
            if options.pictureSize > 0 { try writePictures(to: folder, progress: progress, stop) }
            let card = WorldCard(self, stop: stop)
            try stop.check()
            try JSONFile.write(card, to: folder.appending(path: "world.json"))
            return card
        }
    }

    private func writeItems(to folder: URL, progress: WorkProgress.Handler?, _ stop: StopToken) throws {
        let titles = ParallelLines(task: "writing titles", unit: "items", count: options.items)
        try titles.write(to: folder.appending(path: "items.tsv"), progress: progress, stop: stop) { item, line in
            itemNames.append(item, to: &line)
            line.append(UInt8(ascii: "\t"))
            line.append(contentsOf: title(of: item).utf8)
        }
        let columns = Attribute.allCases.map { attribute in attribute.values.map { Array("\t\($0)".utf8) } }
        let table = ParallelLines(task: "writing attributes", unit: "items", count: options.items)
        let header = (["item"] + Attribute.allCases.map(\.name) + ["new"]).joined(separator: "\t")
        try table.write(to: folder.appending(path: "attributes.tsv"), header: header, progress: progress, stop: stop) {
            item, line in
            let attributes = attributes(of: item)
            itemNames.append(item, to: &line)
            for attribute in Attribute.allCases { line += columns[attribute.rawValue][attributes[attribute]] }
            line.append(UInt8(ascii: "\t"))
            line.append(UInt8(ascii: attributes.isNew ? "1" : "0"))
        }
    }

    private func writeUsers(to folder: URL, progress: WorkProgress.Handler?, _ stop: StopToken) throws {
        let users = ParallelLines(task: "writing histories", unit: "users", count: options.users)
        try users.write(to: folder.appending(path: "users.tsv"), progress: progress, stop: stop) { user, line in
            userNames.append(user, to: &line)
            var separator = UInt8(ascii: "\t")
            for item in history(of: user) {
                line.append(separator)
                itemNames.append(item, to: &line)
                separator = UInt8(ascii: " ")
            }
        }
    }

    private func writePictures(to folder: URL, progress: WorkProgress.Handler?, _ stop: StopToken) throws {
        let pictures = folder.appending(path: "pictures")
        try Folder.make(pictures)
        for item in 0..<options.items {
            try stop.check()
            let bytes = try picture(of: item).png()
            let url = pictures.appending(path: "\(itemName(item)).png")
            do { try bytes.write(to: url) } catch {
                throw UserError.system("could not write the picture", at: url.path, error: error)
            }
            if (item + 1) % 256 == 0 || item + 1 == options.items {
                progress?(WorkProgress("drawing pictures", done: item + 1, total: options.items, unit: "pictures"))
            }
        }
        try Folder.flushFiles(in: pictures)
    }
}
