import Catalogue
import Files
import Foundation
import Owned
import Pictures
import TestSupport
import Testing

@testable import Captions

/// Captions that are made in parts.
@Suite(.oneAtATime) struct CaptionPartTests {
    private static func captioner(_ change: (inout CaptionOptions) -> Void = { _ in }) throws -> Captioner {
        var options = CaptionOptions()
        options.generation.maximumTokens = 6
        options.batch = 3
        change(&options)
        return try Captioner(fixture("Captions/folders/llava"), options: options)
    }

    /// Items of which every fourth has no picture; the last four have none.
    private static func items(_ count: Int, in folder: URL) throws -> [CatalogueItem] {
        try (0..<count).map { number in
            guard number % 4 != 2, number < count - 4 else { return CatalogueItem(id: "item \(number)") }
            let file = folder.appending(path: "\(number).jpg")
            let pixels = (0..<(20 * 24 * 3)).map { UInt8(truncatingIfNeeded: $0 * (number + 3)) }
            try Picture(width: 24, height: 20, pixels: pixels).jpeg(quality: 90).write(to: file)
            return CatalogueItem(id: "item \(number)", picture: file)
        }
    }

    private static func make(
        _ part: WorkPart, _ items: [CatalogueItem], _ file: CaptionFile, stop: StopToken = StopToken(),
        _ change: (inout CaptionOptions) -> Void = { _ in }
    ) throws -> CaptionResult {
        try captioner(change).caption(
            Array(items[part.range(of: items.count)]), into: file.part(part), keeping: file, progress: nil, stop: stop)
    }

    private static func merge(
        _ count: Int, _ items: [CatalogueItem], _ file: CaptionFile, _ change: (inout CaptionOptions) -> Void = { _ in }
    ) throws -> CaptionResult {
        let parts = try WorkPart.all(count).map {
            (part: $0, file: try file.part($0), items: Array(items[$0.range(of: items.count)]))
        }
        return try captioner(change).merge(parts, into: file)
    }

    @Test(arguments: [1, 3, 5]) func partsMakeTheBytesOfTheWhole(count: Int) throws {
        try withTemporaryFolder { folder in
            let items = try Self.items(20, in: folder)
            let whole = folder.appending(path: "whole.jsonl")
            let all = try Self.captioner().caption(items, into: whole)
            let file = try CaptionFile(folder.appending(path: "captions.jsonl"))
            let made = try WorkPart.all(count).map { try Self.make($0, items, file).captioned }
            #expect(made.reduce(0, +) == 12)
            // The last of five parts has no picture, and is there all the same.
            if count == 5 { #expect(made.last == 0) }
            let result = try Self.merge(count, items, file)
            #expect(result.captions == all.captions && result.captioned == 0 && result.kept == 12)
            #expect(result.problems.map(\.item) == all.problems.map(\.item))
            #expect(try Data(contentsOf: file.url) == Data(contentsOf: whole))
            #expect(
                try Data(contentsOf: file.manifest)
                    == Data(contentsOf: whole.deletingPathExtension().appendingPathExtension("json")))
            let time = try FileManager.default.attributesOfItem(atPath: file.url.path)[.modificationDate] as? Date
            _ = try Self.merge(count, items, file)
            #expect(try FileManager.default.attributesOfItem(atPath: file.url.path)[.modificationDate] as? Date == time)
            #expect(
                try WorkPart.all(count).map { try Self.make($0, items, file).captioned } == Array(repeating: 0, count: count))
        }
    }

    @Test func partsOfMoreItemsKeepTheCaptionsThatAreThere() throws {
        try withTemporaryFolder { folder in
            let items = try Self.items(20, in: folder)
            let file = try CaptionFile(folder.appending(path: "captions.jsonl"))
            for part in WorkPart.all(3) { _ = try Self.make(part, Array(items.prefix(10)), file) }
            _ = try Self.merge(3, Array(items.prefix(10)), file)
            // Every range is another one; only the new pictures are captioned.
            #expect(try WorkPart.all(3).reduce(0) { try $0 + Self.make($1, items, file).captioned } == 4)
            _ = try Self.merge(3, items, file)
            let whole = folder.appending(path: "whole.jsonl")
            _ = try Self.captioner().caption(items, into: whole)
            #expect(try Data(contentsOf: file.url) == Data(contentsOf: whole))
        }
    }

    @Test func everyPartThatDoesNotBelongIsNamed() throws {
        try withTemporaryFolder { folder in
            let items = try Self.items(28, in: folder)
            let file = try CaptionFile(folder.appending(path: "captions.jsonl"))
            for part in WorkPart.all(7) {
                switch part.number {
                case 1: break
                case 2:
                    _ = try Self.make(part, items, file) { $0.prompt = "What?" }
                case 3:
                    var others = items
                    for index in others.indices { others[index].id += "!" }
                    _ = try Self.make(part, others, file)
                case 4:
                    _ = try Self.make(part, items, file)
                    try Data().write(to: folder.appending(path: ".captions.part-00004-of-00007.jsonl.building"))
                case 5:
                    var others = items
                    others[part.range(of: 28).upperBound - 1].picture = nil
                    _ = try Self.make(part, others, file)
                case 6:
                    _ = try Self.make(part, items, file)
                    try FileManager.default.removeItem(at: file.part(part).manifest)
                default: _ = try Self.make(part, items, file)
                }
            }
            let error = try #require(throws: UserError.self) { try Self.merge(7, items, file) }
            for text in [
                "1 of 7 parts are not there: 1", "part 2 of 7 was made with another prompt", "part 3 of 7 is of other items",
                "00004-of-00007.jsonl: is unfinished", "part 5 of 7 has 2 lines", "has no manifest",
            ] { #expect(error.description.contains(text), "\(text) in \(error)") }
            #expect(!file.isThere)
            let lock = try FolderLock(
                folder.appending(path: ".captions.part-00007-of-00007.jsonl.lock"), of: file.part(WorkPart(7, of: 7)).url)
            let held = try #require(throws: UserError.self) { try Self.merge(7, items, file) }
            #expect(held.description.contains("another process is writing here: process \(getpid())"), "\(held)")
            let second = try #require(throws: UserError.self) {
                try Self.make(WorkPart(7, of: 7), items, file) {
                    $0.startingAnew = true; $0.prompt = "?"
                }
            }
            #expect(second.description.contains("another process is writing here"), "\(second)")
            withExtendedLifetime(lock) {}
        }
    }

    @Test func captionsOfOtherSettingsAreReplacedWhereThatIsSaid() throws {
        try withTemporaryFolder { folder in
            let items = try Self.items(12, in: folder)
            let file = try CaptionFile(folder.appending(path: "captions.jsonl"))
            _ = try Self.captioner { $0.prompt = "What?" }.caption(items, into: file.url)
            let refused = try #require(throws: UserError.self) { try Self.make(WorkPart(1, of: 2), items, file) }
            #expect(refused.description.contains("another prompt"))
            let anew = { (options: inout CaptionOptions) in options.startingAnew = true }
            let before = try Data(contentsOf: file.url)
            for part in WorkPart.all(2) { _ = try Self.make(part, items, file, anew) }
            #expect(try Data(contentsOf: file.url) == before)
            #expect(throws: UserError.self) { try Self.merge(2, items, file) }
            _ = try Self.merge(2, items, file, anew)
            #expect(try Self.captioner().caption(items, into: file.url).captioned == 0)
        }
    }
}
