import Catalogue
import Files
import Foundation
import TestSupport
import Testing
import World

@testable import Captions

/// The demo's captioner on pictures of a world that it was not trained on: its captions have a truth.
@Suite(.oneAtATime) struct DemoCaptionerTests {
    static let model = fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders/captions")
    let world: World
    let count = 100

    init() throws { world = try World(WorldOptions(seed: 301, items: count, users: 4, pictureSize: 64)) }

    /// Items with their pictures.
    private func items(in folder: URL) throws -> [CatalogueItem] {
        let place = folder.appending(path: "world")
        try world.write(to: place)
        return (0..<count).map(world.itemName).map {
            CatalogueItem(id: $0, picture: place.appending(path: "pictures/\($0).png"))
        }
    }

    private func captioner() throws -> Captioner {
        var options = CaptionOptions()
        options.batch = 8
        options.threads = 1
        return try Captioner(Self.model, options: options)
    }

    @Test func captionsNameWhatPicturesShow() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "captions.jsonl")
            let result = try captioner().caption(items(in: folder), into: file)
            #expect(result.captions == count && result.captioned == count && result.cut == 0 && result.problems.isEmpty)
            var right = 0
            for (item, line) in try CaptionFile(file).lines().enumerated() {
                #expect(line.item == world.itemName(item))
                let truth = world.attributes(of: item)
                let named = NamedAttributes(line.caption ?? "")
                right += Attribute.allCases.count { $0.source != .title && named[$0] == $0.values[truth[$0]] }
            }
            #expect(Double(right) >= 0.9 * Double(4 * count), "\(right) of \(4 * count) attributes")
        }
    }

    @Test func aStoppedFileIsContinuedToTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let items = try items(in: folder)
            let (whole, parts) = (folder.appending(path: "whole.jsonl"), folder.appending(path: "parts.jsonl"))
            _ = try captioner().caption(items, into: whole)
            let stop = StopToken()
            #expect(throws: CancellationError.self) {
                try captioner().caption(
                    items, into: parts, progress: { if $0.task == "captioning", $0.done == 48 { stop.request() } }, stop: stop)
            }
            #expect(!FileManager.default.fileExists(atPath: parts.path))
            var starts: [Int] = []
            _ = try captioner().caption(items, into: parts, progress: { if $0.task == "captioning" { starts.append($0.done) } })
            #expect(starts.first == 48)
            #expect(try Data(contentsOf: parts) == Data(contentsOf: whole))
        }
    }
}

/// The attributes that a sentence such as "A red mug with stripes in front of a window." names.
private struct NamedAttributes {
    private let names: [Attribute: String]

    init(_ caption: String) {
        let form = #/An? (plain )?(\w+) (\w+)(?: ((?:with|in) .+?))? in front of (.+)\./#
        guard let found = caption.wholeMatch(of: form) else {
            names = [:]
            return
        }
        let patterns = [
            "with stripes": "stripes", "with dots": "dots", "with checks": "checks", "with a zigzag": "zigzag",
            "in two halves": "halves",
        ]
        let backdrops = [
            "a wall": "wall", "the sun": "sun", "an arch": "arch", "hills": "hills", "a window": "window", "stripes": "stripes",
        ]
        let (_, plain, colour, kind, pattern, backdrop) = found.output
        names = [
            .kind: String(kind), .colour: String(colour), .backdrop: backdrops[String(backdrop)] ?? "",
            .pattern: pattern.flatMap { plain == nil ? patterns[String($0)] : nil } ?? (plain == nil ? "" : "plain"),
        ]
    }

    subscript(attribute: Attribute) -> String? { names[attribute] }
}
