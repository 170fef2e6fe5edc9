import Files
import Foundation

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
    ///   - replacing: whether an older folder there gives way.
    /// - Returns: what `world.json` says.
    /// - Throws: ``UserError`` when the folder exists and `replacing` is false, or the disk fails.
    @discardableResult
    public func write(to folder: URL, replacing: Bool = false, progress: Files.Progress.Handler? = nil) throws -> WorldCard {
        try Folder.create(at: folder, replacing: replacing) { folder in
            try writeItems(to: folder)
            try writeUsers(to: folder)
            if options.pictureSize > 0 { try writePictures(to: folder, progress: progress) }
            let card = WorldCard(self)
            try JSONFile.write(card, to: folder.appending(path: "world.json"))
            return card
        }
    }

    private func writeItems(to folder: URL) throws {
        try writeLines(options.items, to: folder.appending(path: "items.tsv")) { "\(itemName($0))\t\(title(of: $0))" }
        let header = (["item"] + Attribute.allCases.map(\.name) + ["new"]).joined(separator: "\t")
        let values = Attribute.allCases.map(\.values)
        try writeLines(options.items, header: header, to: folder.appending(path: "attributes.tsv")) { item in
            let attributes = attributes(of: item)
            let columns = Attribute.allCases.map { values[$0.rawValue][attributes[$0]] }
            return ([itemName(item)] + columns + [attributes.isNew ? "1" : "0"]).joined(separator: "\t")
        }
    }

    private func writeUsers(to folder: URL) throws {
        try writeLines(options.users, to: folder.appending(path: "users.tsv")) { user in
            "\(userName(user))\t\(history(of: user).map(itemName).joined(separator: " "))"
        }
    }

    private func writeLines(_ count: Int, header: String? = nil, to url: URL, line: (Int) -> String) throws {
        let file = try AtomicFile(url)
        var block = header.map { $0 + "\n" } ?? ""
        for index in 0..<count {
            block += line(index) + "\n"
            if block.utf8.count > 1 << 18 {
                try file.write(block)
                block = ""
            }
        }
        try file.write(block)
        try file.commit()
    }

    private func writePictures(to folder: URL, progress: Files.Progress.Handler?) throws {
        let pictures = folder.appending(path: "pictures")
        try Folder.make(pictures)
        for item in 0..<options.items {
            let bytes = try picture(of: item).png()
            let url = pictures.appending(path: "\(itemName(item)).png")
            do { try bytes.write(to: url) } catch {
                throw UserError("could not write the picture: \(error.localizedDescription)", at: url.path)
            }
            if (item + 1) % 256 == 0 || item + 1 == options.items {
                progress?(Files.Progress("drawing pictures", done: item + 1, total: options.items, unit: "pictures"))
            }
        }
    }
}
