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
        var dropped: String
        var resized: [Resized]
        var values: [String: String]
    }

    @Test(.enabled(if: parityFolder != nil)) func equalsPillowAndTransformers() throws {
        let folder = try #require(parityFolder)
        let asItLies = PictureOptions(appliesOrientation: false, background: nil)
        let lines = try LineReader(folder.appending(path: "golden.jsonl"))
        var processors: [String: PictureProcessor] = [:]
        var compared = (decoded: 0, resized: 0, processed: 0)
        while let line = try lines.nextBytes() {
            let row = try JSONDecoder().decode(Row.self, from: Data(line))
            let picture = try Picture(file: URL(filePath: row.file))
            #expect(
                picture.width == row.width && picture.height == row.height && hash(picture.pixels) == row.rgb,
                "\(row.file)")
            let dropped = try Picture(file: URL(filePath: row.file), options: asItLies)
            #expect(hash(dropped.pixels) == row.dropped, "\(row.file) with its alpha dropped")
            compared.decoded += 1
            for golden in row.resized {
                let filter = try #require(ResizeFilter(rawValue: golden.filter))
                let resized = picture.resized(width: golden.width, height: golden.height, filter: filter)
                #expect(hash(resized.pixels) == golden.rgb, "\(row.file) \(filter) \(golden.width) x \(golden.height)")
                compared.resized += 1
            }
            for (name, golden) in row.values {
                let processor = try processors[name] ?? PictureProcessor(directory: folder.appending(path: "processor-\(name)"))
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

    struct Times: Decodable {
        var pictures: [String]
        var processors: [String: Double]
    }

    /// Says how long decoding and processing a picture takes in one thread, and how long Pillow and transformers took.
    @Test(.enabled(if: parityFolder != nil)) func isMeasured() throws {
        let folder = try #require(parityFolder)
        let file = folder.appending(path: "seconds.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let times = try JSONFile.read(Times.self, from: file)
        let files = times.pictures.map { URL(filePath: $0) }
        for (name, seconds) in times.processors.sorted(by: { $0.key < $1.key }) {
            let processor = try PictureProcessor(directory: folder.appending(path: "processor-\(name)"))
            var values = [Float](repeating: 0, count: 3 * processor.outputSize.height * processor.outputSize.width)
            let rounds = try (0..<3).map { _ in
                try ContinuousClock().measure {
                    for file in files {
                        let picture = try Picture(file: file)
                        values.withUnsafeMutableBufferPointer { processor.process(picture, into: $0) }
                    }
                }
            }
            let ours = try #require(rounds.min()) / files.count / .milliseconds(1)
            print("\(name): \(ours) ms a picture, Pillow and transformers \(seconds * 1000) ms")
            #expect(ours > 0)
        }
    }
}
