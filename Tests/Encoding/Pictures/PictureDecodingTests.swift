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
    @Test(arguments: PictureSample.all) func withoutAlphaEqualsPillow(sample: PictureSample) throws {
        let picture = try decode(sample.bytes, options: PictureOptions(background: nil))
        #expect(picture.width == sample.width && picture.height == sample.height)
        #expect(hash(picture.pixels) == sample.pixels)
    }

    /// Expected are what `convert_to_rgb` of transformers makes, which composes with Pillow.
    @Test(arguments: [
        (PictureSample.palettePNG, "af8bb5ea7296fff0b6c3685dc9aad99c2ded504a94687dec8c96e8448a098b6d"),
        (PictureSample.alphaPNG, "9f376e211039a80c292c73e73117d1533206b9ce14350cfb828efb52ca2a9279"),
        (PictureSample.lossyAlphaWebP, "ef2d3b1c026042598d404c82d70353406da3756b297f4e30b08fd0f5b0e940dd"),
        (PictureSample.shortPalettePNG, PictureSample.shortPalettePNG.pixels),
        (PictureSample.baselineJPEG, PictureSample.baselineJPEG.pixels),
    ]) func onWhiteEqualsTransformers(sample: PictureSample, pixels: String) throws {
        #expect(hash(try decode(sample.bytes).pixels) == pixels)
    }

    @Test(arguments: [PictureSample.alphaPNG, .lossyAlphaWebP, .palettePNG])
    func aBackgroundShowsWhereAPictureIsTransparent(sample: PictureSample) throws {
        func pixels(_ red: UInt8, _ green: UInt8, _ blue: UInt8) throws -> [UInt8] {
            let color = PictureOptions.Color(red: red, green: green, blue: blue)
            return try decode(sample.bytes, options: PictureOptions(background: color)).pixels
        }
        let (red, blue) = (try pixels(255, 0, 0), try pixels(0, 0, 255))
        var differ = false
        for pixel in stride(from: 0, to: red.count, by: 3) {
            #expect(red[pixel] >= blue[pixel] && red[pixel + 1] == blue[pixel + 1] && red[pixel + 2] <= blue[pixel + 2])
            differ = differ || red[pixel] > blue[pixel]
        }
        #expect(differ)
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

    /// A text of 738 MB in a file of some hundred bytes.
    @Test func aPartThatIsLongerThanItsFileIsRefused() throws {
        var bytes = PictureSample.palettePNG.bytes
        bytes.insert(contentsOf: [0x2C, 0, 0, 0x69] + Array("tEXt".utf8), at: 33)
        #expect { try decode(bytes) } throws: { "\($0)".contains("cut off") }
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

    /// Small files whose headers claim much: an interlaced PNG, and the three headers of WebP.
    @Test(arguments: [
        (60_000, "iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAIAAAF4t9KDAAAACElEQVR4nAMAAAAAAUgGidI="),
        (16_384, "UklGRhoAAABXRUJQVlA4TA4AAAAv////DwcQEf0PRET/Aw=="),
        (16_383, "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASr/P/8/AUAmJaQAA3AA/v02aAA="),
        (60_000, "UklGRiwAAABXRUJQVlA4WAoAAAAQAAAAX+oAX+oAVlA4TA4AAAAvB8ABAAcQEf0PRET/Aw=="),
    ]) func refusesForgedHeaders(side: Int, base64: String) throws {
        let bytes = Array(try #require(Data(base64Encoded: base64)))
        let error = #expect(throws: UserError.self) { try decode(bytes) }
        #expect(error?.problem.contains("\(side) x \(side)") == true || error?.problem.contains("damaged") == true)
        #expect(error?.problem.contains("memory") == false)
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
