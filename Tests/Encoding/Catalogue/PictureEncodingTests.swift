import Encoders
import Files
import Foundation
import HiddenStates
import Pictures
import TestSupport
import Testing
import Torch

@testable import Catalogue

@Suite(.oneAtATime) struct PictureEncodingTests {
    @Test func everyRowIsThatOfThePictureAlone() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            var items = try SmallEncoders.pictures(40, in: folder)
            items[5].picture = nil
            var options = EncodingOptions()
            options.storedType = .float32
            options.batchTokens = 5 * 7
            options.shardItems = 17
            options.threads = 3
            let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            let result = try encoder.encode(into: folder.appending(path: "store"))
            let processor = try PictureProcessor(file: directory.appending(path: "preprocessor_config.json"))
            for (index, item) in items.enumerated() {
                #expect(result.store.isPresent(index) == (index != 5))
                guard let file = item.picture else { continue }
                let buffer = PixelBuffer(items: 1, height: 6, width: 6)
                processor.process(try Picture(file: file), into: buffer.place(0))
                let alone = withoutGradients {
                    encoder.encoder!.pooledStates(of: buffer.tensor(items: 1), layers: [0, 1, 2], pooling: .first)
                }
                for (a, b) in zip(result.store.row(index), alone.floats()) { #expect(abs(a - b) < 1e-5) }
            }
            #expect(result.encoded == 39 && result.missing == 1 && result.skipped.isEmpty)
        }
    }

    /// 30 pictures of which number 4 is cut off, number 9 is text and number 20 is not there.
    private func damagedItems(in folder: URL) throws -> [CatalogueItem] {
        let items = try SmallEncoders.pictures(30, in: folder)
        let files = items.compactMap(\.picture)
        try Data(contentsOf: files[4]).prefix(60).write(to: files[4])
        try Data("no picture".utf8).write(to: files[9])
        try FileManager.default.removeItem(at: files[20])
        return items
    }

    @Test func damagedPicturesAreSkippedAndNamed() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let whole = try SmallEncoders.pictures(30, in: folder)
            var options = EncodingOptions()
            options.storedType = .float32
            options.batchTokens = 5 * 8
            let encoder = try CatalogueEncoder(.image, of: whole, with: directory, options: options)
            let sound = try encoder.encode(into: folder.appending(path: "sound")).store
            let items = try damagedItems(in: folder)
            let result = try CatalogueEncoder(.image, of: items, with: directory, options: options)
                .encode(into: folder.appending(path: "store"))
            #expect(result.skipped.map(\.item) == ["item 4", "item 9", "item 20"])
            #expect(result.skipped.map(\.file) == [4, 9, 20].compactMap { items[$0].picture })
            #expect(result.skipped.allSatisfy { !$0.problem.isEmpty })
            #expect(result.encoded == 27 && result.missing == 3)
            for index in items.indices {
                #expect(result.store.isPresent(index) == ![4, 9, 20].contains(index))
                guard result.store.isPresent(index) else { continue }
                for (a, b) in zip(result.store.row(index), sound.row(index)) { #expect(abs(a - b) < 1e-5) }
            }
            // A finished store still names them.
            let again = try CatalogueEncoder(.image, of: items, with: directory, options: options)
                .encode(into: folder.appending(path: "store"))
            #expect(again.encoded == 0 && again.skipped.map(\.item) == result.skipped.map(\.item))
        }
    }

    @Test(arguments: [4, 9, 20]) func damagedPicturesEndEncodingWhereTheyMayNotBeSkipped(number: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let items = [try damagedItems(in: folder)[number]]
            var options = EncodingOptions()
            options.damagedPictures = .fail
            let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            let error = #expect(throws: UserError.self) { try encoder.encode(into: folder.appending(path: "store")) }
            #expect(error?.place?.contains("\(number).png") == true)
            #expect(error?.problem.contains("\"item \(number)\"") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "store").path))
        }
    }

    @Test func picturesSkippedEarlierEndEncodingWhereTheyMayNotBeSkipped() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            var items = try damagedItems(in: folder)
            items.remove(at: 20)
            var options = EncodingOptions()
            let place = folder.appending(path: "store")
            _ = try CatalogueEncoder(.image, of: items, with: directory, options: options).encode(into: place)
            options.damagedPictures = .fail
            let strict = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            let error = #expect(throws: UserError.self) { try strict.encode(into: place) }
            #expect(error?.place?.contains("4.png") == true)
        }
    }

    /// Pictures that lie on an accelerator are those of a step that reads them, without those that are damaged or missing.
    @Test func picturesKeptOnADeviceAreTheSame() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let items = try damagedItems(in: folder)
            let inputs = try LiveInputs(.image, of: items, with: directory)
            func passes() throws -> [[Float]] {
                let passes = inputs.passes(of: [3, 4, 0, 29, 20, 7], tokens: 5 * 2)
                #expect(passes.rows == [0, 4, 1, 2, 4, 3])
                return try passes.passes.map { try $0.input(.standIn).to(.cpu).floats() }
            }
            let read = try passes()
            try inputs.keepPixels(on: .cpu)
            guard case .pictures = inputs.source else {
                Issue.record("the processor keeps bytes")
                return
            }
            try inputs.keepPixels(on: .standIn)
            guard case .pixels(let pixels, _) = inputs.source else {
                Issue.record("nothing is kept on the accelerator")
                return
            }
            #expect(pixels.shape == [30, 3, 6, 6] && pixels.device == .standIn)
            #expect(try passes() == read && read.map(\.count) == [216, 216])
        }
    }

    @Test(.enabled(if: sharedData("deit-tiny-patch16-224") != nil)) func storedStatesOfRealPicturesAreTheGoldenOnes() throws {
        let directory = try #require(sharedData("deit-tiny-patch16-224"))
        let golden = try Weights(file: directory.appending(path: "golden.safetensors"))
        let folder = directory.appending(path: "test_images")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { golden.has("\($0.deletingPathExtension().lastPathComponent).hidden_states") }
        try #require(!files.isEmpty)
        let items = files.map { CatalogueItem(id: $0.deletingPathExtension().lastPathComponent, picture: $0) }
        var options = EncodingOptions()
        options.storedType = .float32
        options.layers = Array(0...12)
        try withTemporaryFolder { temporary in
            let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            let store = try encoder.encode(into: temporary.appending(path: "store")).store
            for (index, item) in items.enumerated() {
                let expected = try golden.tensor("\(item.id).hidden_states").selected(1, 0)
                let stored = Tensor(store.row(index), shape: [13, 192])
                for layer in 0...12 {
                    let (a, b) = (stored.selected(0, layer), expected.selected(0, layer))
                    let difference = (a - b).absolute().maximum().item() / b.absolute().maximum().item()
                    #expect(difference < 1e-3, "\(item.id), layer \(layer)")
                }
            }
        }
    }
}
