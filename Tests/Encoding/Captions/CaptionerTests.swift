import Catalogue
import Files
import Foundation
import Pictures
import TestSupport
import Testing

@testable import Captions

/// Files of captions: what is kept, what is made again, and what is refused.
@Suite(.oneAtATime) struct CaptionerTests {
    private static let model = fixture("Captions/folders/llava")

    private static func captioner(_ change: (inout CaptionOptions) -> Void = { _ in }) throws -> Captioner {
        var options = CaptionOptions()
        options.generation.maximumTokens = 6
        options.batch = 3
        change(&options)
        return try Captioner(model, options: options)
    }

    /// Items with a picture each, all different.
    private static func items(_ count: Int, in folder: URL) throws -> [CatalogueItem] {
        try (0..<count).map { number in
            let file = folder.appending(path: "\(number).jpg")
            let pixels = (0..<(20 * 24 * 3)).map { UInt8(truncatingIfNeeded: $0 * (number + 3)) }
            try Picture(width: 24, height: 20, pixels: pixels).jpeg(quality: 90).write(to: file)
            return CatalogueItem(id: "item \(number)", picture: file)
        }
    }

    @Test func aStoppedCallGoesOnToTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let items = try Self.items(11, in: folder)
            let (whole, parts) = (folder.appending(path: "whole.jsonl"), folder.appending(path: "parts.jsonl"))
            let result = try Self.captioner().caption(items, into: whole)
            #expect(result.captioned == 11 && result.kept == 0)
            var calls = 0
            for limit in [1, 2, 3, 5] {
                let stop = StopToken()
                var steps = 0
                do {
                    _ = try Self.captioner().caption(
                        items, into: parts,
                        progress: { progress in
                            guard progress.task == "captioning" else { return }
                            steps += 1
                            if steps > limit { stop.request() }
                        }, stop: stop)
                    break
                } catch is CancellationError { calls += 1 }
                #expect(!FileManager.default.fileExists(atPath: parts.path))
            }
            #expect(calls >= 2)
            let rest = try Self.captioner().caption(items, into: parts)
            #expect(rest.captioned + rest.kept == 11)
            #expect(try Data(contentsOf: parts) == Data(contentsOf: whole))
            #expect(try CaptionFile(parts).lines().map(\.item) == items.map(\.id))
        }
    }

    @Test func onlyNewAndChangedPicturesAreCaptioned() throws {
        try withTemporaryFolder { folder in
            var items = try Self.items(5, in: folder)
            let file = folder.appending(path: "captions.jsonl")
            _ = try Self.captioner().caption(Array(items.prefix(3)), into: file)
            let first = try CaptionFile(file).lines()
            #expect(try Self.captioner().caption(items, into: file).captioned == 2)
            #expect(try Array(CaptionFile(file).lines().prefix(3)) == first)
            #expect(try Self.captioner().caption(items, into: file).captioned == 0)
            // Another picture under the same name, an item that goes, one with a picture that another has.
            try FileManager.default.removeItem(at: items[1].picture!)
            try FileManager.default.copyItem(at: items[4].picture!, to: items[1].picture!)
            items.remove(at: 0)
            let again = try Self.captioner().caption(items, into: file)
            #expect(again.captioned == 0 && again.kept == 4)
            let lines = try CaptionFile(file).lines()
            #expect(lines.map(\.item) == items.map(\.id))
            #expect(lines[0].caption == lines[3].caption && lines[0].picture == lines[3].picture)
        }
    }

    @Test func damagedPicturesAreListedOrStopTheWork() throws {
        try withTemporaryFolder { folder in
            var items = try Self.items(5, in: folder)
            try Data("<html>".utf8).write(to: items[2].picture!)
            items[4].picture = folder.appending(path: "missing.jpg")
            items.append(CatalogueItem(id: "none"))
            let file = folder.appending(path: "captions.jsonl")
            let result = try Self.captioner().caption(items, into: file)
            #expect(result.problems.map(\.item) == ["item 2", "item 4"])
            #expect(result.captions == 3)
            #expect(try CaptionFile(file).lines().map(\.item) == (0..<5).map { "item \($0)" })
            // What cannot be read is not read again, and a repaired one is.
            #expect(try Self.captioner().caption(items, into: file).captioned == 0)
            try FileManager.default.removeItem(at: items[2].picture!)
            try FileManager.default.copyItem(at: items[3].picture!, to: items[2].picture!)
            #expect(try Self.captioner().caption(items, into: file).problems.map(\.item) == ["item 4"])
            let error = #expect(throws: UserError.self) {
                try Self.captioner { $0.damagedPictures = .fail }.caption(items, into: folder.appending(path: "other.jsonl"))
            }
            #expect(error?.description.contains("the picture of item \"item 4\" cannot be used") == true)
        }
    }

    @Test func captionsOfOtherSettingsAreRefusedOrReplaced() throws {
        try withTemporaryFolder { folder in
            let items = try Self.items(2, in: folder)
            let file = folder.appending(path: "captions.jsonl")
            _ = try Self.captioner().caption(items, into: file)
            let before = try Data(contentsOf: file)
            let error = #expect(throws: UserError.self) {
                try Self.captioner { $0.prompt = "What?" }.caption(items, into: file)
            }
            #expect(error?.description.contains("made with another prompt") == true)
            #expect(try Data(contentsOf: file) == before)
            #expect(
                try Self.captioner {
                    $0.prompt = "What?"
                    $0.startingAnew = true
                }.caption(items, into: file).captioned == 2)
            try FileManager.default.removeItem(at: folder.appending(path: "captions.json"))
            let unknown = #expect(throws: UserError.self) { try Self.captioner().caption(items, into: file) }
            #expect(unknown?.description.contains("without a manifest") == true)
        }
    }

    @Test func aModelLargerThanTheMemoryIsRefusedBeforeItIsLoaded() throws {
        let error = #expect(throws: UserError.self) { try Self.captioner { $0.memory = 300_000_000 } }
        #expect(error?.description.contains("GB for one picture at a time, 0.3 GB may be used") == true)
        let plan = try Self.captioner { $0.memory = 302_000_000 }.plan
        #expect(plan.batch >= 1 && plan.batch <= 3)
    }

    @Test func numbersWithoutBoundsAreRefusedOrBound() throws {
        #expect(throws: UserError.self) { try Self.captioner { $0.generation.maximumTokens = .max } }
        #expect(try Self.captioner { $0.batch = .max }.plan.batch == CaptionOptions.largestBatch)
        #expect(try Self.captioner { $0.batch = 0 }.plan.batch == 1)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["text_config", "vision_config"])
    func blocksThatAreNotThereEndTheReading(section: String) throws {
        try withTemporaryFolder { folder in
            for name in try FileManager.default.contentsOfDirectory(atPath: Self.model.path) {
                try FileManager.default.copyItem(at: Self.model.appending(path: name), to: folder.appending(path: name))
            }
            let file = folder.appending(path: "config.json")
            var configuration = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            var part = try #require(configuration[section] as? [String: Any])
            part["num_hidden_layers"] = 1 << 24
            configuration[section] = part
            try JSONSerialization.data(withJSONObject: configuration).write(to: file)
            let error = #expect(throws: UserError.self) { try Captioner(folder) }
            #expect(error?.description.contains("layers.2.") == true, "\(error?.description ?? "")")
        }
    }

    @Test func damagedLinesAreNamed() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "captions.jsonl")
            let good = "{\"item\":\"1\",\"picture\":\"a\",\"caption\":\"A mug.\"}\n"
            for (text, problem) in [
                (good + "{\"item\":\"2\"}\n", "line 2 is no caption"), (good + good, "line 2 is of item \"1\", as one before"),
                ("[]\n", "line 1 is no caption"), (good + "\n", "line 2 is no caption"),
            ] {
                try Data(text.utf8).write(to: url)
                let error = #expect(throws: UserError.self) { try CaptionFile(url).lines() }
                #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
            }
        }
    }

    @Test func templatesHaveBothPlacesOnce() throws {
        #expect(try PromptTemplate("{image} {prompt}").filled(image: "I", prompt: "{image}?") == "I {image}?")
        for wrong in ["{image}", "{prompt}", "{image}{image}{prompt}", ""] {
            #expect(throws: UserError.self) { try PromptTemplate(wrong) }
        }
    }
}

/// Frames of videos in the place of pictures.
@Suite(.oneAtATime) struct VideoFrameTests {
    @Test func severalFramesGiveTheirDistinctSentences() {
        let frames = ["A red mug. It is empty.", "a red mug. A hand!", "A hand!"].map { Caption(text: $0) }
        #expect(Caption(of: frames).text == "A red mug. It is empty. A hand!")
        #expect(
            Caption(of: [Caption(problem: "nothing"), Caption(text: "A hat", isCut: true)])
                == Caption(text: "A hat", isCut: true))
        #expect(Caption(of: [Caption(problem: "one"), Caption(problem: "two")]).problem == "one")
    }

    @Test(arguments: ["llava", "smolvlm-tiles"])
    func anItemWithFramesIsCaptionedByThem(model: String) throws {
        try withTemporaryFolder { folder in
            let frames = folder.appending(path: "frames")
            try FileManager.default.createDirectory(at: frames, withIntermediateDirectories: true)
            for number in 0..<3 {
                try FileManager.default.copyItem(
                    at: fixture("Captions/folders/pictures/\(number).png"), to: frames.appending(path: "clip-\(number + 1).png")
                )
            }
            var options = CaptionOptions()
            options.generation.maximumTokens = 6
            let whole = try Captioner(fixture("Captions/folders/\(model)"), options: options)
            options.frames = frames
            let captioner = try Captioner(fixture("Captions/folders/\(model)"), options: options)
            let file = folder.appending(path: "captions.jsonl")
            let single = CatalogueItem(id: "single", picture: frames.appending(path: "clip-2.png"))
            _ = try captioner.caption([CatalogueItem(id: "clip"), single, CatalogueItem(id: "none")], into: file)
            let lines = try CaptionFile(file).lines()
            #expect(lines.map(\.item) == ["clip", "single"])
            let alone = try (1...3).map { number in
                let other = folder.appending(path: "\(number).jsonl")
                _ = try whole.caption(
                    [CatalogueItem(id: "x", picture: frames.appending(path: "clip-\(number).png"))], into: other)
                return Caption(text: try CaptionFile(other).lines()[0].caption)
            }
            #expect(lines[1].caption == alone[1].text)
            // Frames of LLaVA are captioned one by one; SmolVLM reads all of them at once.
            if model == "llava" {
                #expect(lines[0].caption == Caption(of: alone).text)
            } else {
                #expect(lines[0].caption != nil)
            }
        }
    }
}
