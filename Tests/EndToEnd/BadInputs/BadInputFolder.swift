import Foundation
import IISAN

/// The folder of one row: a copy of what the row needs of the shop, to be spoilt.
struct BadInputFolder {
    let url: URL

    /// Copies the ground of a row and puts its files there.
    init(_ url: URL, for row: BadInput, of shop: PreparedShop) throws {
        self.url = url
        try shop.copy(row.ground, to: url)
        for (path, text) in row.files { try write(text, to: path) }
        try row.spoil(self)
    }

    /// A file or folder in it.
    subscript(path: String) -> URL { url.appending(path: path) }

    /// Writes a text, and the folders that it needs.
    func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    /// Writes bytes, and the folders that they need.
    func write(_ bytes: [UInt8], to path: String) throws {
        try makeFolder((path as NSString).deletingLastPathComponent)
        try Data(bytes).write(to: self[path])
    }

    /// Makes a folder, with those above it.
    func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(at: self[path], withIntermediateDirectories: true)
    }

    /// The text of a file.
    func text(_ path: String) throws -> String { try String(contentsOf: self[path], encoding: .utf8) }

    /// Writes another text in place of every place where it stands in a file.
    ///
    /// - Throws: when it stands nowhere: the row would try nothing.
    func replace(_ old: String, with new: String, in path: String) throws {
        let text = try text(path)
        guard text.contains(old) else { throw UserError("\"\(old)\" does not stand there", at: path) }
        try write(text.replacing(old, with: new), to: path)
    }

    /// Cuts off the second half of a file.
    func cut(_ path: String) throws {
        let whole = try Data(contentsOf: self[path])
        try whole.prefix(whole.count / 2).write(to: self[path])
    }

    /// Overwrites the last bytes of a file.
    func overwriteEnd(_ path: String, with bytes: [UInt8]) throws {
        let whole = try Data(contentsOf: self[path])
        try (whole.dropLast(bytes.count) + Data(bytes)).write(to: self[path])
    }

    /// Removes a file or folder.
    func remove(_ path: String) throws { try FileManager.default.removeItem(at: self[path]) }

    /// Moves a file or folder.
    func move(_ path: String, to other: String) throws { try FileManager.default.moveItem(at: self[path], to: self[other]) }

    /// Makes a symbolic link.
    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self[path].path, withDestinationPath: target)
    }

    /// Copies an encoder of the demo here, `text` or `image`; the configuration names the copy.
    func ownEncoder(_ name: String) throws {
        try FileManager.default.copyItem(at: PreparedShop.encoders.appending(path: name), to: self[name])
        try replace(PreparedShop.encoders.appending(path: name).path, with: name, in: "config.yaml")
    }

    /// The first picture of the world, by name.
    var picture: String {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: self["world/pictures"].path)
            return "world/pictures/\(names.sorted()[0])"
        }
    }

    /// All files below the folder with their bytes, and links with none.
    func contents() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: url.path) {
            let values = try self[path].resourceValues(forKeys: [.isRegularFileKey, .isDirectoryKey])
            if values.isDirectory == true { continue }
            found[path] = values.isRegularFile == true ? try Data(contentsOf: self[path]) : Data()
        }
        return found
    }

    /// What the command wrote to standard error from `Error: ` on, with the folder as `…`; nil where it does not begin with it.
    ///
    /// What follows on the command's usage is left out.
    func message(_ errors: String) -> String? {
        guard let start = errors.range(of: "(^|\n)Error: ", options: .regularExpression) else { return nil }
        var text = errors[start.lowerBound...].trimmingCharacters(in: .newlines)
        for heading in ["\nUsage: ", "\n\nOVERVIEW: ", "\nHelp: "] {
            if let usage = text.range(of: heading) { text = String(text[..<usage.lowerBound]) }
        }
        // On macOS a temporary folder has two names.
        for name in [url.resolvingSymlinksInPath().path, "/private" + url.path, url.path] {
            text = text.replacing(name, with: "…")
        }
        return text.replacing(CommandLine.root.path, with: "CLONE")
    }
}
