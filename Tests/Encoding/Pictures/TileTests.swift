import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

/// Compares with what `Tools/Parity/tiles.py` wrote to Fixtures/Pictures.
struct TileTests {
    struct Fixture: Decodable {
        var rows: [Row]
        var folders: [Folder]
    }

    /// A processor's tiles of a picture.
    struct Row: Decodable {
        var processor: String
        var height: Int
        var width: Int
        var side: Int
        var count: Int
        var rows: Int
        var columns: Int
        /// The first digits of the SHA-256 of the tiles' values; nil for large pictures.
        var values: String?
        /// The rows of features of a tile, and of how many tiles a map of features may have those.
        var features: Int?
        var most: Int?
        /// The part of the map that shows the picture: its first row, the one after its last, and the same of columns.
        var kept: [Int]?
        var tokens: Int?
    }

    /// A folder in which one setting is changed; without values where transformers fails.
    struct Folder: Decodable {
        var family: String
        var key: String?
        var files: [String: String]
        var rows: Int?
        var columns: Int?
        var values: String?
    }

    private static func picture(height: Int, width: Int) -> Picture {
        let pixels = [UInt8](unsafeUninitializedCapacity: height * width * 3) { pixels, count in
            for y in 0..<height {
                for x in 0..<width {
                    pixels[count] = UInt8(truncatingIfNeeded: x * x + 3 * y)
                    pixels[count + 1] = UInt8(truncatingIfNeeded: x * 7 + y * y * 5)
                    pixels[count + 2] = UInt8(truncatingIfNeeded: x * y)
                    count += 3
                }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    private static func processor(_ files: [String: String], splits: Bool? = nil) throws -> TiledPictureProcessor {
        try withTemporaryFolder { folder in
            for (name, text) in files { try AtomicFile.write(text, to: folder.appending(path: name)) }
            return try TiledPictureProcessor(directory: folder, splits: splits)
        }
    }

    private func values(of picture: TiledPicture, _ processor: TiledPictureProcessor) -> [Float] {
        let area = 3 * processor.tileSize.height * processor.tileSize.width
        var values = [Float](repeating: .nan, count: area * picture.tiles.count)
        values.withUnsafeMutableBufferPointer { values in
            for (index, tile) in picture.tiles.enumerated() {
                processor.write(tile, into: UnsafeMutableBufferPointer(rebasing: values[index * area..<(index + 1) * area]))
            }
        }
        return values
    }

    private func compare(_ file: URL) throws -> Fixture {
        let data = try Data(contentsOf: file)
        let fixture = try JSONDecoder().decode(Fixture.self, from: data)
        let root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let settings = try #require(root["processors"] as? [String: [String: Any]])
        var processors: [String: TiledPictureProcessor] = [:]
        for (name, settings) in settings {
            let text = String(decoding: try JSONSerialization.data(withJSONObject: settings), as: UTF8.self)
            processors[name] = try Self.processor(["preprocessor_config.json": text])
        }
        var pictures: [Int: Picture] = [:]
        for row in fixture.rows where row.values != nil {
            let key = row.height * 10_000 + row.width
            pictures[key] = pictures[key] ?? Self.picture(height: row.height, width: row.width)
        }
        for row in fixture.rows {
            let words = "\(row.processor): \(row.height) x \(row.width)"
            let processor = try #require(processors[row.processor])
            let size = PictureSize(height: row.height, width: row.width)
            let layout = processor.layout(of: size)
            #expect(layout == TileLayout(rows: row.rows, columns: row.columns, original: size), "\(words): \(layout)")
            #expect(layout.count == row.count && row.count <= processor.maximumTiles, "\(words)")
            #expect(processor.tileSize == PictureSize(height: row.side, width: row.side))
            if let golden = row.values {
                let picture = try processor.tiles(of: #require(pictures[size.height * 10_000 + size.width]))
                #expect(picture.layout == layout && picture.tiles.count == layout.count)
                #expect(hash(values(of: picture, processor)).hasPrefix(golden), "\(words): other values")
            }
            guard let side = row.features, let kept = row.kept else { continue }
            let map = layout.featureMap(side: side, most: row.most)
            #expect(map.keptRows == kept[0]..<kept[1] && map.keptColumns == kept[2]..<kept[3], "\(words): \(map), not \(kept)")
            #expect(map.tokenCount(whole: side * side) == row.tokens, "\(words)")
        }
        return fixture
    }

    private static var fixture: URL { GoldenFolder.pictures.appending(path: "tiles.json") }

    @Test func everyFamilyGivesTheTilesOfTransformers() throws {
        let fixture = try compare(Self.fixture)
        #expect(fixture.rows.count == 360)
    }

    private static let parity = ProcessInfo.processInfo.environment["IISAN_PARITY"].map {
        URL(filePath: $0).appending(path: "tiles.json")
    }

    /// The same at the sizes of real models, made anew by `make parity-captions`.
    @Test(.enabled(if: parity != nil)) func tilesOfRealSizesAreThoseOfTransformers() throws {
        let fixture = try compare(#require(Self.parity))
        print("compared with transformers: the tiles of \(fixture.rows.count) pictures")
        #expect(!fixture.rows.isEmpty)
    }

    @Test func everyKeyDoesWhatItDoesInTransformers() throws {
        let folders = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: Self.fixture)).folders
        let picture = Self.picture(height: 30, width: 41)
        var same = 0
        for row in folders {
            let words = "\(row.family), \(row.key ?? "base"): \(row.files)"
            do {
                let processor = try Self.processor(row.files)
                let tiles = processor.tiles(of: picture)
                guard let golden = row.values else { continue }
                #expect(hash(values(of: tiles, processor)).hasPrefix(golden), "\(words): other values")
                #expect(tiles.layout.rows == row.rows && tiles.layout.columns == row.columns, "\(words): \(tiles.layout)")
                same += 1
            } catch {
                #expect(error is UserError, "\(words): \(error)")
                let known = [
                    "have to name one square", "any number of tiles", "expected a height and a width", "keep different sizes",
                    "max_image_size.height",
                ]
                #expect(row.values == nil || known.contains { "\(error)".contains($0) }, "\(words): \(error)")
            }
        }
        #expect(folders.count > 250 && same > 190, "\(same)")
    }

    /// Each key that is known is fed to each family, and those that it lets be change nothing.
    @Test(arguments: TileFamily.allCases) func everyKnownKeyIsFed(family: TileFamily) throws {
        let folders = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: Self.fixture)).folders
            .filter { $0.family == family.rawValue }
        let fed = Set(folders.compactMap(\.key))
        let types: Set = ["feature_extractor_type"]
        #expect(PictureProcessorKeys.read.union(family.keys).subtracting(types).isSubset(of: fed))
        let base = try #require(folders.first { $0.key == nil }).values
        let ignored = folders.filter { family.ignoredKeys.contains($0.key ?? "") && $0.values != nil }
        #expect(!ignored.isEmpty && ignored.allSatisfy { $0.values == base })
    }
}

enum GoldenFolder {
    static let pictures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/Pictures")
}
