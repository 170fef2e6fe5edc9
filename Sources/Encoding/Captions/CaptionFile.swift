package import Files
package import Foundation
import Owned

/// A file of captions, `captions.jsonl`: one line for each picture, in the order of the items; beside it a manifest of the same name that ends in `.json`.
package struct CaptionFile: Sendable {
    /// A line of the file.
    package struct Line: Sendable, Codable, Equatable {
        /// The item's id.
        package var item: String
        /// A SHA-256 of the picture's file, of several pictures of all of them; empty where one could not be read.
        package var picture: String
        /// The text; nil where the picture could not be used.
        package var caption: String?
        /// Whether the text was cut at the most tokens.
        package var isCut: Bool?
        /// What is wrong with the picture.
        package var problem: String?

        enum CodingKeys: String, CodingKey {
            case item, picture, caption, problem
            case isCut = "cut"
        }
    }

    /// Where the file is.
    package let url: URL
    /// Where the manifest is.
    package var manifest: URL { url.deletingPathExtension().appendingPathExtension("json") }

    /// Names a file; it need not be there.
    ///
    /// - Throws: ``UserError`` for a name that does not end in `.jsonl`.
    package init(_ url: URL) throws {
        guard url.pathExtension == "jsonl" else {
            throw UserError("a file of captions is called something.jsonl", at: url.path, remedy: "Name it captions.jsonl.")
        }
        self.url = url
    }

    /// The file of a part of the items, beside this one: `captions.part-00017-of-00256.jsonl`.
    ///
    /// - Throws: ``UserError`` when links form a loop.
    package func part(_ part: WorkPart) throws -> CaptionFile {
        let place = try FolderPlace.resolved(url).deletingPathExtension()
        let name = "\(place.lastPathComponent).part-\(part.fileName).jsonl"
        return try CaptionFile(place.deletingLastPathComponent().appending(path: name))
    }

    /// Whether there is one.
    package var isThere: Bool { FileManager.default.fileExists(atPath: url.path) }

    /// All lines.
    ///
    /// - Throws: ``UserError`` that names the line that is no caption, or an item that is there twice.
    package func lines() throws -> [Line] {
        guard isThere else {
            throw UserError("there are no captions", at: url.path, remedy: "Make them: iisan caption CONFIG")
        }
        let reader = try LineReader(url)
        var (lines, seen) = ([Line](), Set<[UInt8]>())
        while let text = try reader.next() {
            guard let line = try? JSONDecoder().decode(Line.self, from: Data(text.utf8)),
                (line.caption == nil) != (line.problem == nil)
            else {
                throw UserError(
                    "line \(reader.number) is no caption", at: url.path,
                    remedy: "A line is like {\"item\": \"7\", \"picture\": \"(a SHA-256)\", \"caption\": \"A red mug.\"}. "
                        + "Remove the file, and iisan caption makes it again.")
            }
            guard seen.insert(Array(line.item.utf8)).inserted else {
                throw UserError("line \(reader.number) is of item \(line.item.quoted), as one before", at: url.path)
            }
            lines.append(line)
        }
        return lines
    }

    /// What the lines were made with; nil where there is no manifest.
    ///
    /// - Throws: ``UserError`` for a damaged manifest.
    package func identity() throws -> CaptionIdentity? {
        guard FileManager.default.fileExists(atPath: manifest.path) else { return nil }
        return try JSONFile.read(CaptionIdentity.self, from: manifest)
    }

    /// Keeps writers out while the lines are read, and checks that none was interrupted.
    ///
    /// - Throws: ``UserError`` when another process writes the file, or has begun to and was stopped.
    func finished() throws -> FolderLock {
        let folder = url.deletingLastPathComponent()
        let lock = try FolderLock(folder.appending(path: HiddenName.lock(of: url.lastPathComponent)), of: url)
        guard
            !FileManager.default.fileExists(atPath: folder.appending(path: HiddenName.building(of: url.lastPathComponent)).path)
        else {
            throw UserError(
                "is unfinished", at: url.path,
                remedy: "Run its task again, which goes on where it was: iisan caption CONFIG --part k/n")
        }
        return lock
    }

    /// The lines as they are written, with the keys in order.
    static func bytes(of lines: [Line]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try lines.flatMap { Array(try encoder.encode($0)) + [0x0A] }
    }
}
