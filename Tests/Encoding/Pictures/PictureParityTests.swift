import Files
import Foundation
import Testing

@testable import Pictures

private let parityFolder = ProcessInfo.processInfo.environment["IISAN_PARITY"].map {
    URL(filePath: $0).appending(path: "pictures")
}

/// Compares with what `Tools/Parity/pictures.py` wrote to the folder $IISAN_PARITY.
struct PictureParityTests {
    struct Row: Decodable {
        struct Resized: Decodable {
            var filter: Int
            var width: Int
            var height: Int
            var rgb: String
        }
        var file: String
        var width: Int
        var height: Int
        var rgb: String
        var resized: [Resized]
        var values: [String: String]
    }

    @Test(.enabled(if: parityFolder != nil)) func equalsPillowAndTransformers() throws {
        let folder = try #require(parityFolder)
        let lines = try LineReader(folder.appending(path: "golden.jsonl"))
        var processors: [String: PictureProcessor] = [:]
        var compared = (decoded: 0, resized: 0, processed: 0)
        while let line = try lines.nextBytes() {
            let row = try JSONDecoder().decode(Row.self, from: Data(line))
            let picture = try Picture(file: URL(filePath: row.file))
            #expect(
                picture.width == row.width && picture.height == row.height && hash(picture.pixels) == row.rgb,
                "\(row.file)")
            compared.decoded += 1
            for golden in row.resized {
                let filter = try #require(ResizeFilter(rawValue: golden.filter))
                let resized = picture.resized(width: golden.width, height: golden.height, filter: filter)
                #expect(hash(resized.pixels) == golden.rgb, "\(row.file) \(filter) \(golden.width) x \(golden.height)")
                compared.resized += 1
            }
            for (name, golden) in row.values {
                let processor = try processors[name] ?? PictureProcessor(file: folder.appending(path: "\(name).json"))
                processors[name] = processor
                let size = processor.outputSize
                var values = [Float](repeating: .nan, count: 3 * size.height * size.width)
                values.withUnsafeMutableBufferPointer { processor.process(picture, into: $0) }
                #expect(hash(values) == golden, "\(row.file) \(name)")
                compared.processed += 1
            }
        }
        print("compared with Pillow: \(compared)")
        #expect(compared.decoded > 0)
    }
}
