import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

struct TileLayoutTests {
    private func processor(_ json: String, splits: Bool? = nil) throws -> TiledPictureProcessor {
        try withTemporaryFolder { folder in
            try AtomicFile.write(json, to: folder.appending(path: "preprocessor_config.json"))
            return try TiledPictureProcessor(directory: folder, splits: splits)
        }
    }

    private static let next =
        #"{"image_processor_type": "LlavaNextImageProcessor", "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}"#
    private static let onevision = #"{"image_processor_type": "LlavaOnevisionImageProcessor"}"#
    private static let smolvlm =
        #"{"image_processor_type": "SmolVLMImageProcessor", "size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}}"#

    /// The numbers of tokens are those of `LlavaNextProcessor` with 24 x 24 features a tile.
    @Test(arguments: [
        (224, 224, 1176), (445, 300, 1476), (278, 185, 984), (480, 640, 2340), (1000, 1000, 2928), (1, 5000, 576),
        (5000, 1, 576 + 24),
    ])
    func tokensOfLLaVANeXT(height: Int, width: Int, tokens: Int) throws {
        let layout = try processor(Self.next).layout(of: PictureSize(height: height, width: width))
        #expect(layout.featureMap(side: 24).tokenCount(whole: 576) == tokens, "\(layout)")
    }

    @Test func manyTilesOfOneVisionAreScaledDown() throws {
        let layout = try processor(Self.onevision).layout(of: PictureSize(height: 2304, width: 2304))
        let map = layout.featureMap(side: 27, most: 9)
        #expect(layout.count == 37 && map.isScaled && map.keptRows == 0..<162)
        // 162 over the square root of 36 / 9.
        #expect(map.rows == 81 && map.columns == 81)
        #expect(!layout.featureMap(side: 27).isScaled)
    }

    @Test(arguments: [(445, 300, 4, 3), (300, 445, 3, 4), (512, 512, 4, 4), (2048, 100, 4, 1), (1, 5000, 1, 4)])
    func squaresOfSmolVLM(height: Int, width: Int, rows: Int, columns: Int) throws {
        let size = PictureSize(height: height, width: width)
        let processor = try processor(Self.smolvlm)
        #expect(processor.layout(of: size) == TileLayout(rows: rows, columns: columns, original: size))
        #expect(processor.maximumTiles == 17)
        let whole = try self.processor(Self.smolvlm, splits: false)
        #expect(whole.layout(of: size).count == 1 && whole.maximumTiles == 1 && whole.hash != processor.hash)
    }

    /// Any size gives a layout within its bounds; nothing is decoded or resized for it.
    @Test(arguments: [
        next, onevision, smolvlm,
        #"{"image_processor_type": "Idefics3ImageProcessor", "size": {"longest_edge": 1455}, "max_image_size": {"longest_edge": 97}}"#,
        #"{"image_processor_type": "Idefics3ImageProcessor", "size": {"height": 300, "width": 7}, "max_image_size": {"longest_edge": 31}}"#,
    ])
    func anySizeHasALayout(json: String) throws {
        let processor = try processor(json)
        var random = SeededGenerator(seed: 12)
        let side = { (random: inout SeededGenerator) in
            Bool.random(using: &random) ? Int.random(in: 1...5000, using: &random) : Int.random(in: 1...12, using: &random)
        }
        for _ in 0..<20_000 {
            let size = PictureSize(height: side(&random), width: side(&random))
            let layout = processor.layout(of: size)
            #expect((1...processor.maximumTiles).contains(layout.count), "\(size): \(layout)")
            guard layout.rows > 0 else { continue }
            let map = layout.featureMap(side: 24, most: 9)
            let (rows, columns) = (layout.rows * 24, layout.columns * 24)
            #expect(map.keptRows.lowerBound >= 0 && map.keptRows.upperBound <= rows, "\(size): \(map)")
            #expect(map.keptColumns.lowerBound >= 0 && map.keptColumns.upperBound <= columns, "\(size): \(map)")
            #expect(map.rows <= map.keptRows.count && map.columns <= map.keptColumns.count, "\(size): \(map)")
        }
    }

    @Test(arguments: [next, onevision, smolvlm]) func anySizeGivesItsTiles(json: String) throws {
        let small = json.replacing("2048", with: "96").replacing("512", with: "24").replacing("336", with: "24")
            .replacing(
                "OnevisionImageProcessor\"",
                with: "OnevisionImageProcessor\", \"size\": [8, 8], \"image_grid_pinpoints\": [[8, 48], [40, 16]]"
            )
            .replacing("\"width\": 24}}", with: "\"width\": 24}, \"image_grid_pinpoints\": [[24, 48], [72, 24]]}")
        let processor = try processor(small)
        var random = SeededGenerator(seed: 13)
        let area = 3 * processor.tileSize.height * processor.tileSize.width
        var values = [Float](repeating: 0, count: area)
        for (height, width) in [(1, 5000), (5000, 1), (4999, 3)]
            + (0..<60).map({ _ in
                (Int.random(in: 1...200, using: &random), Int.random(in: 1...200, using: &random))
            })
        {
            let picture = Picture(width: width, height: height, pixels: [UInt8](repeating: 200, count: width * height * 3))
            let tiled = processor.tiles(of: picture)
            #expect(tiled.tiles.count == tiled.layout.count && tiled.byteCount == tiled.tiles.count * area)
            for tile in tiled.tiles {
                values.withUnsafeMutableBufferPointer { processor.write(tile, into: $0) }
                #expect(values.allSatisfy { $0.isFinite })
            }
        }
    }

    @Test(arguments: [
        (#"{"image_processor_type": "LlavaNextImageProcessor", "size": {"shortest_edge": 336}}"#, "name one square"),
        (#"{"image_processor_type": "LlavaNextImageProcessor", "image_grid_pinpoints": [[224, 225]]}"#, "multiples of 224"),
        (#"{"image_processor_type": "LlavaNextImageProcessor", "image_grid_pinpoints": [[224]]}"#, "a height and a width"),
        (
            #"{"image_processor_type": "LlavaNextImageProcessor", "image_grid_pinpoints": [[9007199254740990, 224]]}"#,
            "up to 8192"
        ),
        (#"{"image_processor_type": "LlavaNextImageProcessor", "image_grid_pinpoints": null}"#, "null"),
        (#"{"image_processor_type": "LlavaNextImageProcessor", "image_grid_pinpoints": 3}"#, "image_grid_pinpoints"),
        (
            #"{"image_processor_type": "LlavaOnevisionImageProcessor", "size": 8, "do_center_crop": true, "crop_size": 8, "image_grid_pinpoints": [[8192, 8]]}"#,
            "tiles"
        ),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "max_image_size": {"longest_edge": 4}}"#, "tiles"),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "max_image_size": {"longest_edge": 0}}"#, "max_image_size"),
        (
            #"{"image_processor_type": "Idefics3ImageProcessor", "max_image_size": {"longest_edge": 8192}, "size": {"longest_edge": 4096}}"#,
            "pixels"
        ),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "size": [8192, 8192]}"#, "8192 x 8192"),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "max_image_size": null}"#, "max_image_size"),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "size": {"longest_edge": -1}}"#, "size"),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "size": {"shortest_edge": 9}}"#, "longest_edge"),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "do_resize": false}"#, "do_image_splitting"),
        (#"{"image_processor_type": "Idefics3ImageProcessor", "resample": 8}"#, "resample"),
        (#"{"image_processor_type": "Idefics2ImageProcessor"}"#, "Idefics2ImageProcessor"),
    ])
    func namesTheWrongKey(json: String, word: String) {
        #expect { try processor(json) } throws: { $0 is UserError && "\($0)".contains(word) }
    }
}
