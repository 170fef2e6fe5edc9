import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

struct TimmProcessorTests {
    private func processor(_ json: String) throws -> TimmProcessor {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "config.json")
            try AtomicFile.write(json, to: file)
            return try TimmProcessor(file: file)
        }
    }

    private func process(_ processor: TimmProcessor, _ picture: Picture) -> [Float] {
        let size = processor.outputSize
        var values = [Float](repeating: .nan, count: 3 * size.height * size.width)
        values.withUnsafeMutableBufferPointer { processor.process(picture, into: $0) }
        return values
    }

    /// The picture with rows and columns exchanged.
    private func turned(_ picture: Picture) -> Picture {
        var pixels: [UInt8] = []
        for x in 0..<picture.width {
            for y in 0..<picture.height {
                let start = (y * picture.width + x) * 3
                pixels += picture.pixels[start..<start + 3]
            }
        }
        return Picture(width: picture.height, height: picture.width, pixels: pixels)
    }

    /// Expected are the first digits of the SHA-256 of timm's values, as `Tools/Parity/timm_pictures.py` prints them.
    @Test(arguments: [
        (#""input_size": [3, 16, 16]"#, "fd6c7d1ee6e8e771", "6903e8755668f448"),
        (#""input_size": [3, 15, 15], "crop_pct": 1.0, "interpolation": "bicubic""#, "48904ddb7fc85c2d", "0f6b07280334969e"),
        (
            #""input_size": [3, 16, 16], "crop_pct": 1, "interpolation": "bilinear", "mean": [0.5, 0.4, 0.3], "std": [0.5, 0.25, 0.2]"#,
            "81d416239fa83bd4", "e05f49b41457e72d"
        ),
        (#""input_size": [3, 26, 26], "crop_pct": 0.9, "crop_mode": "center""#, "04cefa68ce677aec", "f8ec08474b7d9636"),
        (#""input_size": [3, 64, 64], "crop_pct": 0.95, "interpolation": "lanczos""#, "7d8f6a18b6ba96e2", "74000d36f9bed752"),
        (
            #""input_size": [3, 16, 16], "crop_pct": 0.9, "crop_mode": "squash", "interpolation": "bicubic""#,
            "42254b754c1a5b10", "9c05326fc618fc3e"
        ),
        (
            #""input_size": [3, 16, 16], "crop_pct": 1.0, "crop_mode": "squash", "interpolation": "nearest""#,
            "115683ce9d643d39", "16944a48ad902027"
        ),
        (
            #""input_size": [3, 16, 16], "crop_pct": 1.0, "crop_mode": "border", "interpolation": "bicubic""#,
            "c3ac917b76fb8915", "9ad543515103984e"
        ),
        (
            #""input_size": [3, 27, 27], "crop_pct": 0.9, "crop_mode": "border", "interpolation": "bilinear""#,
            "ace0bac33c94730c", "04053a2506ee6b2e"
        ),
        (#""input_size": [3, 20, 20], "crop_pct": 1.3, "interpolation": "bicubic""#, "e65cbe4fe6657f9a", "927a0ef9bbc33fed"),
    ])
    func equalsTimm(settings: String, wide: String, high: String) throws {
        for json in [#"{"architecture": "eva02_base", "pretrained_cfg": {\#(settings)}}"#, "{\(settings)}"] {
            let processor = try processor(json)
            #expect(hash(process(processor, formulaPicture)).hasPrefix(wide))
            #expect(hash(process(processor, turned(formulaPicture))).hasPrefix(high))
        }
    }

    @Test(arguments: [
        (#"{"input_size": [3, 16, 18]}"#, "input_size"), (#"{"input_size": [1, 16, 16]}"#, "input_size"),
        (#"{"input_size": [3, 0, 0]}"#, "input_size"), (#"{"input_size": [3, 9999999999, 9999999999]}"#, "input_size"),
        (#"{"pretrained_cfg": {"input_size": "16"}}"#, "input_size"), (#"{"interpolation": "random"}"#, "interpolation"),
        (#"{"crop_pct": 0}"#, "crop_pct"), (#"{"crop_pct": -1}"#, "crop_pct"), (#"{"crop_pct": 1e-9}"#, "crop_pct"),
        (#"{"crop_pct": 1e300}"#, "crop_pct"), (#"{"crop_mode": "corner"}"#, "crop_mode"), (#"{"mean": [0.5]}"#, "mean"),
        (#"{"mean": [0.5, 0.5, 127]}"#, "mean"), (#"{"std": [0.5, 0, 0.5]}"#, "std"), (#"[]"#, "config.json"),
    ])
    func namesTheWrongKey(json: String, word: String) {
        #expect { try processor(json) } throws: { $0 is UserError && "\($0)".contains(word) }
    }

    @Test(arguments: ["center", "squash", "border"]) func anyShapeFits(mode: String) throws {
        let processor = try processor(#"{"input_size": [3, 30, 30], "crop_pct": 0.9, "crop_mode": "\#(mode)"}"#)
        for (width, height) in [(1, 1), (1, 3000), (65_535, 1), (31, 29)] {
            let picture = Picture(width: width, height: height, pixels: [UInt8](repeating: 255, count: width * height * 3))
            #expect(process(processor, picture).allSatisfy { $0.isFinite })
        }
    }

    @Test func damagedFilesAreRefusedOrRead() throws {
        let sound = Array(
            #"{"architecture": "eva", "pretrained_cfg": {"input_size": [3, 9, 9], "crop_pct": 0.9, "mean": [0.5, 0.4, 0.3]}}"#
                .utf8)
        var random = SeededGenerator(seed: 11)
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "config.json")
            for _ in 0..<500 {
                var bytes = sound
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place...)
                default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
                }
                try Data(bytes).write(to: file)
                do {
                    let processor = try TimmProcessor(file: file)
                    #expect((1...8192).contains(processor.outputSize.height))
                } catch {
                    #expect(error is UserError, "\(error)")
                }
            }
        }
    }
}
