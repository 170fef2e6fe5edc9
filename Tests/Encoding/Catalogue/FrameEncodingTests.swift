import Encoders
import Files
import Foundation
import HiddenStates
import Pictures
import TestSupport
import Testing

@testable import Catalogue

/// Items whose states are means over the frames of a video.
@Suite(.oneAtATime) struct FrameEncodingTests {
    private let counts = [3, 1, 5, 0, 2, 4, 1, 3]

    private func options(_ batchPictures: Int = 1) -> EncodingOptions {
        var options = EncodingOptions()
        options.storedType = .float32
        // A picture has 4 patches and the class token.
        options.batchTokens = 5 * batchPictures
        options.shardItems = 3
        options.readsFrames = true
        return options
    }

    /// Items with some frames each, and the frames as items of their own.
    private func videos(in folder: URL) throws -> (items: [CatalogueItem], frames: [CatalogueItem]) {
        let frames = try SmallEncoders.pictures(counts.reduce(0, +), in: folder)
        var rest = frames[...]
        let items = counts.enumerated().map { number, count in
            var item = CatalogueItem(id: "video \(number)")
            item.frames = rest.prefix(count).compactMap(\.picture)
            rest = rest.dropFirst(count)
            return item
        }
        return (items, frames)
    }

    /// The means of the states of single frames, summed in float32 and in their order.
    private func means(_ frames: HiddenStateStore) -> [[Float]?] {
        var first = 0
        return counts.map { count in
            defer { first += count }
            guard var sum = count > 0 ? frames.row(first) : nil else { return nil }
            for frame in (first + 1)..<max(first + 1, first + count) {
                for (place, value) in frames.row(frame).enumerated() { sum[place] += value }
            }
            return sum.map { $0 / Float(count) }
        }
    }

    @Test func statesAreTheMeansOfThoseOfTheFrames() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let (items, frames) = try videos(in: folder)
            let alone = try CatalogueEncoder(.image, of: frames, with: directory, options: options())
                .encode(into: folder.appending(path: "frames")).store
            let expected = means(alone)
            // One picture in a batch: the very same operations. Several: frames of several items together.
            for pictures in [1, 4, 64] {
                let place = folder.appending(path: "videos-\(pictures)")
                let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options(pictures))
                let result = try encoder.encode(into: place)
                #expect(result.encoded == 7 && result.missing == 1 && result.skipped.isEmpty)
                for (index, mean) in expected.enumerated() {
                    try #require(result.store.isPresent(index) == (mean != nil))
                    guard let mean else { continue }
                    let row = result.store.row(index)
                    if pictures == 1 { #expect(row == mean) }
                    for (a, b) in zip(row, mean) { #expect(abs(a - b) < 1e-5) }
                }
                #expect(try encoder.states(of: items[2]) != nil)
                #expect(try encoder.states(of: items[3]) == nil)
            }
        }
    }

    @Test func storedNumbersAreTheRoundedMeans() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let (items, frames) = try videos(in: folder)
            var options = options()
            let alone = try CatalogueEncoder(.image, of: frames, with: directory, options: options)
                .encode(into: folder.appending(path: "frames")).store
            options.storedType = .float16
            let store = try CatalogueEncoder(.image, of: items, with: directory, options: options)
                .encode(into: folder.appending(path: "videos")).store
            for (index, mean) in means(alone).enumerated() where mean != nil {
                #expect(store.row(index) == mean.flatMap { StateType.float16.rounded($0) })
            }
        }
    }

    @Test func oneFrameIsThePicture() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let pictures = try SmallEncoders.pictures(10, in: folder)
            let videos = pictures.map { picture in
                var item = CatalogueItem(id: picture.id)
                item.frames = [picture.picture!]
                return item
            }
            var options = options(4)
            let framed = try CatalogueEncoder(.image, of: videos, with: directory, options: options)
                .encode(into: folder.appending(path: "videos")).store
            options.readsFrames = false
            let plain = try CatalogueEncoder(.image, of: pictures, with: directory, options: options)
                .encode(into: folder.appending(path: "pictures")).store
            for index in pictures.indices { #expect(framed.row(index) == plain.row(index)) }
            #expect(try framed.items() == plain.items())
            // But a store says whether it takes frames.
            #expect(framed.identity.preprocessing["frames"] == "mean" && plain.identity.preprocessing["frames"] == nil)
            #expect(framed.identity.hash != plain.identity.hash)
        }
    }

    @Test func anItemWithABrokenFrameHasNoStates() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let (items, _) = try videos(in: folder)
            let (cut, gone) = (items[2].frames[1], items[5].frames[3])
            try Data(contentsOf: cut).prefix(60).write(to: cut)
            try FileManager.default.removeItem(at: gone)
            for pictures in [1, 4] {
                let place = folder.appending(path: "videos-\(pictures)")
                var options = options(pictures)
                let result = try CatalogueEncoder(.image, of: items, with: directory, options: options).encode(into: place)
                #expect(items.indices.filter { !result.store.isPresent($0) } == [2, 3, 5])
                #expect(result.skipped.map(\.item) == ["video 2", "video 5"])
                #expect(result.skipped[0].problem.contains(cut.lastPathComponent))
                #expect(result.skipped[1].problem.contains(gone.lastPathComponent))
                options.damagedPictures = .fail
                let strict = try CatalogueEncoder(.image, of: items, with: directory, options: options)
                let error = #expect(throws: UserError.self) { try strict.encode(into: folder.appending(path: "none")) }
                #expect(error?.place == gone.path, "what cannot be read is found before what cannot be decoded")
            }
        }
    }

    @Test func onlyItemsWithOtherFramesAreEncodedAgain() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            var (items, _) = try videos(in: folder)
            let place = folder.appending(path: "store")
            func encode() throws -> EncodingResult {
                try CatalogueEncoder(.image, of: items, with: directory, options: options(4)).encode(into: place)
            }
            _ = try encode()
            #expect(try encode().encoded == 0)
            items[0].frames.reverse()
            items[2].frames.removeLast()
            items[4].picture = items[0].frames[0]
            let again = try encode()
            #expect(again.encoded == 2, "another order, another number; a picture beside frames is not read")
        }
    }

    @Test(arguments: [1, 3]) func cancelledEncodingGoesOnToTheSameBytes(steps: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let (items, _) = try videos(in: folder)
            let (whole, parts) = (folder.appending(path: "whole"), folder.appending(path: "parts"))
            _ = try CatalogueEncoder(.image, of: items, with: directory, options: options(2)).encode(into: whole)
            var cancelled = 0
            while !FileManager.default.fileExists(atPath: parts.path) {
                var batches = steps + cancelled
                let stop = StopToken()
                do {
                    _ = try CatalogueEncoder(.image, of: items, with: directory, options: options(2))
                        .encode(
                            into: parts,
                            progress: { _ in
                                batches -= 1
                                if batches <= 0 { stop.request() }
                            }, stop: stop)
                } catch is CancellationError { cancelled += 1 }
            }
            #expect(cancelled > 1)
            #expect(try contents(of: parts) == contents(of: whole))
        }
    }

    @Test func framesGoThroughBlocksToo() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let (items, _) = try videos(in: folder)
            try AtomicFile.write("no picture", to: items[5].frames[1])
            var options = options(2)
            let whole = folder.appending(path: "whole")
            let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            _ = try encoder.encode(into: whole)
            let plan = encoder.plan()
            let parts = try EncoderPlan(EncoderDirectory(directory, for: .image), dtype: .float32)
            options.memory = plan.memoryBytes - plan.inputBytes - plan.weightBytes + parts.blockwiseBytes
            let place = folder.appending(path: "blocks")
            var (cancelled, furthest) = (0, 0)
            while !FileManager.default.fileExists(atPath: place.path) {
                var batches = 2 + 3 * cancelled
                let stop = StopToken()
                let blockwise = try CatalogueEncoder(.image, of: items, with: directory, options: options)
                #expect(blockwise.encoder == nil, "is in memory whole")
                do {
                    let result = try blockwise.encode(
                        into: place,
                        progress: { progress in
                            furthest = max(furthest, progress.task.contains("block 2") ? 2 : 0)
                            batches -= 1
                            if batches <= 0 { stop.request() }
                        }, stop: stop)
                    #expect(result.skipped.map(\.item) == ["video 5"])
                } catch is CancellationError { cancelled += 1 }
            }
            #expect(cancelled > 2 && furthest == 2)
            try expectSameStates(place, whole)
        }
    }

    @Test func whoReadsOnePictureOfAnItemRefusesFrames() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let (items, _) = try videos(in: folder)
            var options = options()
            let live = #expect(throws: UserError.self) { try LiveInputs(.image, of: items, with: directory, options: options) }
            options.readsFrames = false
            let encoder = #expect(throws: UserError.self) {
                try CatalogueEncoder(.image, of: items, with: directory, options: options)
            }
            for error in [live, encoder] { #expect(error?.problem.contains("\"video 0\" has 3 frames") == true) }
        }
    }
}
