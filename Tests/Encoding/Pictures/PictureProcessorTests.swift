import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

struct PictureProcessorTests {
    private func processor(_ json: String) throws -> PictureProcessor {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "preprocessor_config.json")
            try AtomicFile.write(json, to: file)
            return try PictureProcessor(file: file)
        }
    }

    private func process(_ processor: PictureProcessor, _ picture: Picture) -> [Float] {
        let size = processor.outputSize
        var values = [Float](repeating: .nan, count: 3 * size.height * size.width)
        values.withUnsafeMutableBufferPointer { processor.process(picture, into: $0) }
        return values
    }

    /// Expected are the first digits of the SHA-256 of the float32 values of transformers' processors on Pillow.
    @Test(arguments: [
        (
            #"{"image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}, "resample": 2}"#,
            "acd7f5df5767c21c"
        ),
        (#"{"feature_extractor_type": "ViTFeatureExtractor", "size": 224, "resample": 2}"#, "acd7f5df5767c21c"),
        (#"{"image_processor_type": "ViTImageProcessorFast"}"#, "acd7f5df5767c21c"),
        (#"{}"#, "acd7f5df5767c21c"),
        (#"{"image_processor_type": "ViTImageProcessor", "do_normalize": false}"#, "775c0b45e46046ff"),
        (
            #"{"image_processor_type": "DeiTImageProcessor", "size": {"height": 100, "width": 97}, "crop_size": 224}"#,
            "64235f08cb3edad9"
        ),
        (#"{"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 224}}"#, "da301b608970fba6"),
        (
            #"{"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "crop_size": 224, "resample": 3}"#,
            "da301b608970fba6"
        ),
        (
            #"{"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 93}, "crop_size": 64, "resample": 0}"#,
            "d246462129cf4607"
        ),
        (
            #"{"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 224}, "crop_pct": 0.875}"#,
            "cefc9ace882969dc"
        ),
        (#"{"image_processor_type": "ConvNextImageProcessor"}"#, "e92dece38ae82a26"),
    ])
    func equalsTransformers(json: String, digits: String) throws {
        #expect(hash(process(try processor(json), formulaPicture)).hasPrefix(digits))
    }

    @Test func valuesFollowTheFormula() throws {
        let processor = try processor(
            #"{"size": {"height": 1, "width": 1}, "image_mean": [0.1, 0.2, 0.3], "image_std": 0.5, "rescale_factor": 0.01}"#)
        #expect(processor.outputSize == PictureSize(height: 1, width: 1) && processor.hash.count == 64)
        let values = process(processor, Picture(width: 1, height: 1, pixels: [0, 100, 255]))
        #expect(values == [(0 - Float(0.1)) / 0.5, (1 - Float(0.2)) / 0.5, (Float(2.55) - Float(0.3)) / 0.5])
    }

    @Test func margins() throws {
        let processor = try processor(
            #"{"do_resize": false, "do_center_crop": true, "crop_size": 5, "do_normalize": false, "do_rescale": false}"#)
        let values = process(processor, Picture(width: 2, height: 7, pixels: [UInt8](repeating: 9, count: 42)))
        // Two columns, in the third and fourth places of five.
        #expect(Array(values.prefix(10)) == [0, 0, 9, 9, 0, 0, 0, 9, 9, 0])
        #expect(values.filter { $0 == 9 }.count == 30)
    }

    @Test func paddingIsZeroAndTheCropsMarginBlack() throws {
        let processor = try processor(
            #"""
            {"do_resize": false, "do_center_crop": true, "crop_size": 3, "do_pad": true, "pad_size": [3, 5], "do_rescale": false,
             "image_mean": 1, "image_std": 1}
            """#)
        #expect(processor.outputSize == PictureSize(height: 3, width: 5))
        let values = process(processor, Picture(width: 1, height: 1, pixels: [9, 9, 9]))
        #expect(Array(values.prefix(15)) == [-1, -1, -1, 0, 0, -1, 8, -1, 0, 0, -1, -1, -1, 0, 0])
    }

    /// Expected are the sizes that the functions of transformers (of SAM for the longest edge) give.
    @Test(arguments: [
        (PictureResizing.shortestEdge(224), 300, 451, 336, 224), (.edges(shortest: 224, longest: 300), 300, 451, 300, 200),
        (.edges(shortest: 3, longest: 4), 1, 1000, 4, 1), (.longestEdge(224), 300, 451, 224, 149),
        (.longestEdge(224), 3, 2, 149, 224), (.within(PictureSize(height: 50, width: 50)), 200, 100, 25, 50),
        (.within(PictureSize(height: 200, width: 500)), 200, 100, 200, 400), (.longestEdge(9), 60_000, 1, 1, 9),
    ]) func sizes(resizing: PictureResizing, width: Int, height: Int, newHeight: Int, newWidth: Int) {
        let size = resizing.size(of: PictureSize(height: height, width: width))
        #expect(size == PictureSize(height: newHeight, width: newWidth))
    }

    @Test func theHashTellsHowPicturesAreRead() throws {
        let hashes = try withTemporaryFolder { folder in
            let file = folder.appending(path: "preprocessor_config.json")
            try AtomicFile.write("{}", to: file)
            let options = [
                PictureOptions(), PictureOptions(background: nil), PictureOptions(background: .init(red: 0, green: 0, blue: 0)),
                PictureOptions(appliesOrientation: false), PictureOptions(maximumPixels: 5),
            ]
            return try options.map { try PictureProcessor(file: file, options: $0).hash }
        }
        #expect(Set(hashes).count == 4 && hashes[4] == hashes[0])
    }

    @Test(arguments: [
        (#"{"image_processor_type": "SamImageProcessor"}"#, "SamImageProcessor"),
        (#"{"resample": 9}"#, "resample"), (#"{"resample": "x"}"#, "resample"),
        (#"{"size": {"shortest_edge": 224}}"#, "crop_size"), (#"{"size": {"longest_edge": 224}}"#, "pad_size"),
        (#"{"size": {"height": 224}}"#, "width"), (#"{"size": -1}"#, "size"), (#"{"size": 99999999}"#, "size"),
        (#"{"image_mean": [1, 2]}"#, "image_mean"), (#"{"image_std": [1, 0, 1]}"#, "image_std"),
        (#"{"do_pad": true, "pad_size": 100}"#, "pad_size"),
        (#"{"do_pad": true, "do_resize": false, "pad_size": 4000}"#, "longest_edge"), (#"{"size": [1, 2, 3]}"#, "size"),
        (#"{"image_processor_type": "ConvNextImageProcessor", "crop_pct": 0}"#, "crop_pct"),
        (#"{"do_center_crop": true, "crop_size": {"shortest_edge": 3}}"#, "crop_size"), (#"[]"#, "preprocessor_config.json"),
    ])
    func namesTheWrongKey(json: String, word: String) {
        #expect { try processor(json) } throws: { $0 is UserError && "\($0)".contains(word) }
    }

    @Test func anyShapeFits() throws {
        let json = [
            #"{"image_processor_type": "CLIPImageProcessor", "size": 32, "crop_size": 30}"#,
            #"{"image_processor_type": "LlavaImageProcessor", "size": 32, "crop_size": 30, "do_pad": true}"#,
            #"{"image_processor_type": "LlavaImageProcessor", "size": 32, "crop_size": 40, "do_pad": true, "resample": 0}"#,
            #"{"size": {"longest_edge": 32}, "do_pad": true, "pad_size": 40}"#,
            #"{"size": {"shortest_edge": 20, "longest_edge": 32}, "do_pad": true, "pad_size": 32}"#,
            #"{"size": {"max_height": 8, "max_width": 32}, "do_pad": true, "pad_size": 32}"#,
        ]
        for processor in try json.map(processor) {
            try fits(processor)
        }
    }

    private func fits(_ processor: PictureProcessor) throws {
        for (width, height) in [(1, 1), (1, 3000), (65_535, 1), (31, 29)] {
            let picture = Picture(width: width, height: height, pixels: [UInt8](repeating: 255, count: width * height * 3))
            let values = process(processor, picture)
            #expect(values.allSatisfy { $0.isFinite })
        }
    }
}
