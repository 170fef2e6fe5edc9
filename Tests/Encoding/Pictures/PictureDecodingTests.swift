import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

func hash<Element: BitwiseCopyable>(_ array: [Element]) -> String { array.withUnsafeBytes { ContentHash.of($0) } }

func decode(_ bytes: [UInt8], options: PictureOptions = PictureOptions()) throws -> Picture {
    try bytes.withUnsafeBytes { try Picture(bytes: $0, name: "a.picture", options: options) }
}

struct PictureDecodingTests {
    @Test(arguments: PictureSample.all) func equalsPillow(sample: PictureSample) throws {
        let picture = try decode(sample.bytes)
        #expect(picture.width == sample.width && picture.height == sample.height)
        #expect(hash(picture.pixels) == sample.pixels)
    }

    @Test func looksAtTheBytesAndNotAtTheName() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "picture.png")
            try AtomicFile.write(Data(PictureSample.baselineJPEG.bytes), to: file)
            #expect(try Picture(file: file).width == PictureSample.baselineJPEG.width)
            try AtomicFile.write("GIF89a...", to: file)
            #expect { try Picture(file: file) } throws: {
                "\($0)".contains("picture.png") && "\($0)".contains("JPEG, PNG, WebP")
            }
            try AtomicFile.write("", to: file)
            #expect { try Picture(file: file) } throws: { "\($0)".contains("empty") }
            #expect(throws: UserError.self) { try Picture(file: folder.appending(path: "none.jpg")) }
        }
    }

    @Test(arguments: PictureSample.all) func refusesTooManyPixels(sample: PictureSample) throws {
        let options = PictureOptions(maximumPixels: sample.width * sample.height - 1)
        #expect { try decode(sample.bytes, options: options) } throws: {
            "\($0)".contains("\(sample.width) x \(sample.height)")
        }
    }

    @Test func refusesHugeClaimsBeforeDecoding() throws {
        // The sizes in the header become 60000 x 60000.
        var jpeg = PictureSample.baselineJPEG.bytes
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
        #expect { try decode(jpeg) } throws: { "\($0)".contains("60000 x 60000") }
    }

    @Test(arguments: PictureSample.all) func refusesEveryCut(sample: PictureSample) throws {
        let bytes = sample.bytes
        // After a PNG's pixels come 12 bytes of end mark, without which nothing is lost; after an animation's first frame, others.
        let needed =
            sample.base64 == PictureSample.movingWebP.base64
            ? 120 : PictureFormat.png.matches(bytes) ? bytes.count - 16 : bytes.count
        for count in 0..<needed {
            #expect(throws: UserError.self, "\(count) of \(bytes.count) bytes") { try decode(Array(bytes.prefix(count))) }
        }
    }

    @Test(arguments: PictureSample.all) func damageNeverCrashes(sample: PictureSample) throws {
        var random = SeededGenerator(seed: 11)
        let options = PictureOptions(maximumPixels: 1 << 20, appliesOrientation: true)
        for _ in 0..<400 {
            var bytes = sample.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            do {
                let picture = try decode(bytes, options: options)
                #expect(picture.pixels.count == picture.width * picture.height * 3)
            } catch {
                #expect((error as? UserError)?.place == "a.picture", "\(error)")
            }
        }
    }
}

extension PictureFormat {
    fileprivate func matches(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { PictureFormat($0) } == self }
}
