import Encoders
import Files
import Foundation
import HiddenStates
import Pictures
import TestSupport
import Testing
import Torch

@testable import Catalogue

/// Pictures by what an encoder's directory says of them, from files to stored states.
@Suite(.oneAtATime) struct PictureProcessorChoiceTests {
    private func copy(_ name: String, in folder: URL) throws -> URL {
        let directory = folder.appending(path: name)
        try FileManager.default.copyItem(at: SmallEncoders.fixtures.appending(path: name), to: directory)
        return directory
    }

    /// The stored states are those of each picture processed and encoded alone.
    private func expectStates(_ directory: URL, _ processor: some PictureProcessing, in folder: URL) throws {
        let items = try SmallEncoders.pictures(11, in: folder)
        var options = EncodingOptions()
        options.storedType = .float32
        options.batchTokens = 40
        let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
        let result = try encoder.encode(into: folder.appending(path: "store"))
        #expect(result.encoded == 11)
        let whole = try #require(encoder.encoder)
        let size = processor.outputSize
        for (index, item) in items.enumerated() {
            let buffer = PixelBuffer(items: 1, height: size.height, width: size.width)
            processor.process(try Picture(file: try #require(item.picture)), into: buffer.place(0))
            let alone = withoutGradients {
                whole.pooledStates(of: buffer.tensor(items: 1), layers: encoder.identity.layers, pooling: encoder.pooling)
            }
            let expected = alone.floats()
            #expect(result.store.row(index).count == expected.count && expected.contains { $0 != 0 })
            for (a, b) in zip(result.store.row(index), expected) { #expect(abs(a - b) < 1e-5) }
        }
    }

    @Test(arguments: [(6, 9), (9, 6), (15, 12), (3, 3)])
    func dinov2EncodesPicturesOfAnotherSizeThanItWasTrainedOn(height: Int, width: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try copy("dinov2-golden", in: folder)
            let file = directory.appending(path: "preprocessor_config.json")
            try AtomicFile.write(
                #"{"image_processor_type": "BitImageProcessor", "size": {"height": \#(height), "width": \#(width)}, "resample": 3, "do_center_crop": false}"#,
                to: file)
            let processor = try PictureProcessor(directory: directory)
            #expect(processor.outputSize == PictureSize(height: height, width: width))
            try expectStates(directory, processor, in: folder)
        }
    }

    @Test func aProcessorWithoutATypeIsThatOfTheModel() throws {
        try withTemporaryFolder { folder in
            let directory = try copy("vit-golden", in: folder)
            let settings = #""size": {"height": 6, "width": 6}, "resample": 3"#
            // What transformers 5 writes: one file for all of a model's processors.
            let file = directory.appending(path: "processor_config.json")
            try? FileManager.default.removeItem(at: directory.appending(path: "preprocessor_config.json"))
            try AtomicFile.write("{\"image_processor\": {\(settings)}, \"processor_class\": \"CLIPProcessor\"}", to: file)
            let named = folder.appending(path: "preprocessor_config.json")
            try AtomicFile.write("{\(settings), \"image_processor_type\": \"ViTImageProcessor\"}", to: named)
            try expectStates(directory, PictureProcessor(file: named), in: folder)
        }
    }

    @Test func dinov2StatesOfAnotherSizeAreTheGoldenOnes() throws {
        let directory = SmallEncoders.fixtures.appending(path: "dinov2-golden")
        let golden = try Weights(file: directory.appending(path: "expected.safetensors"))
        let input = try golden.tensor("input")
        // Trained on 6 x 6.
        #expect(Array(input.shape.suffix(2)) == [6, 9])
        let expected = try golden.tensor("hidden_states")
        let states = try withoutGradients { try PretrainedEncoder(directory: directory).hiddenStates(of: input) }
        for (layer, state) in states.enumerated() {
            #expect((state - expected.selected(0, layer)).absolute().maximum().item() < 1e-5)
        }
    }

    @Test func timmRepositoriesNeedNoFileBesideTheirConfiguration() throws {
        try withTemporaryFolder { folder in
            let directory = try copy("eva02-golden", in: folder)
            let error = #expect(throws: UserError.self) { try CatalogueEncoder(.image, of: [], with: directory) }
            #expect(error?.problem.contains("224 x 224 pixels, the encoder's position embeddings are for 6 x 6") == true)
            #expect(error?.place?.hasSuffix("config.json") == true)

            let file = directory.appending(path: "config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let sizes = try #require(text.range(of: #"\[\s*3,\s*224,\s*224\s*\]"#, options: .regularExpression))
            try AtomicFile.write(
                text.replacingCharacters(in: sizes, with: #"[3, 6, 6], "crop_pct": 0.9, "interpolation": "bilinear""#), to: file
            )
            try expectStates(directory, TimmProcessor(file: file), in: folder)
        }
    }

    @Test func evaCLIPWithoutAProcessorSaysWhichFileToAdd() throws {
        try withTemporaryFolder { folder in
            let directory = try copy("evaclip-golden", in: folder)
            let error = #expect(throws: UserError.self) { try CatalogueEncoder(.image, of: [], with: directory) }
            #expect(error?.place?.hasSuffix("preprocessor_config.json") == true)
            let remedy = try #require(error?.remedy)
            // What is said to be the file's content is.
            let content = try #require(remedy.firstIndex(of: "{").map { String(remedy[$0...]) })
            let file = directory.appending(path: "preprocessor_config.json")
            try AtomicFile.write(content, to: file)
            try expectStates(directory, PictureProcessor(file: file), in: folder)
        }
    }
}
