package import Catalogue
package import Files
import Foundation
import Owned
import Pictures

extension Captioner {
    /// Puts the captions of parts of the items together to the file that one call for all of them would have made.
    ///
    /// Pictures are not read for it: one that was changed since is found by the next ``caption(_:into:progress:stop:)``.
    ///
    /// - Parameters:
    ///   - parts: for each part of the items its file, and those of its items that are captioned, in their order.
    ///   - file: the file of all.
    /// - Returns: what was done; all captions count as kept.
    /// - Throws: ``UserError`` that names every part that is missing, unfinished, being written, of another model or other settings, or of
    ///   other items; and as ``caption(_:into:progress:stop:)`` for captions that are there.
    package func merge(_ parts: [(part: WorkPart, file: CaptionFile, items: [CatalogueItem])], into file: CaptionFile) throws
        -> CaptionResult
    {
        let start = ContinuousClock.now
        let frames = try options.frames.map(VideoFrames.init)
        var problems = Problems()
        var lines: [[CaptionFile.Line]] = []
        var missing: [WorkPart] = []
        for (part, own, items) in parts {
            guard own.isThere else {
                missing.append(part)
                continue
            }
            let captioned = items.filter { $0.with(frames).has(.image) }
            try problems.collect { lines.append(try checked(own, part, of: captioned)) }
        }
        if let first = missing.first {
            let numbers = missing.prefix(8).map { String($0.number) }.joined(separator: ", ")
            problems.add(
                UserError(
                    "\(missing.count) of \(parts.count) parts are not there: \(numbers)\(missing.count > 8 ? " and more" : "")",
                    at: file.url.path, remedy: "Make them: iisan caption CONFIG --part \(first.number)/\(first.count)"))
        }
        try problems.check()
        let all = lines.flatMap { $0 }
        var result = CaptionResult(file: file.url, captioned: 0, kept: all.count)
        let former = try open(file)
        if !file.isThere || former != all {
            let bytes = try lines.map { try CaptionFile.bytes(of: $0) }
            var hash = ContentHash()
            for part in bytes { part.withUnsafeBytes { hash.update($0) } }
            let growing = try GrowingFile(file.url, inputs: hash.digits, replacing: true)
            try identify(file)
            for (number, part) in bytes.enumerated().dropFirst(growing.done) { try growing.append(part, done: number + 1) }
            try growing.commit()
        }
        result.take(all, seconds: (ContinuousClock.now - start) / .seconds(1))
        return result
    }

    /// The lines of a part, which are those of its items.
    private func checked(_ file: CaptionFile, _ part: WorkPart, of items: [CatalogueItem]) throws -> [CaptionFile.Line] {
        let lock = try file.finished()
        defer { withExtendedLifetime(lock) {} }
        guard let made = try file.identity() else {
            throw UserError(
                "has no manifest, which says what the captions were made with", at: file.url.path,
                remedy: "Make the part again.")
        }
        guard made.isSame(as: identity) else {
            throw UserError(
                "\(part) was made with another \(identity.differences(from: made).joined(separator: ", "))",
                at: file.manifest.path,
                remedy: "Make the part again with these settings, with --anew.")
        }
        let lines = try file.lines()
        for (line, item) in zip(lines, items) where line.item != item.id {
            throw UserError(
                "\(part) is of other items: it has a caption of \(line.item.quoted), the dataset has a picture of \(item.id.quoted) there",
                at: file.url.path, remedy: "Make the part again: only new pictures are captioned.")
        }
        guard lines.count == items.count else {
            throw UserError(
                "\(part) has \(lines.count) lines, and \(items.count) items of the dataset have a picture there",
                at: file.url.path,
                remedy: "Make the part again: only new pictures are captioned.")
        }
        return lines
    }
}
