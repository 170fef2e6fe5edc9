import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

struct PictureEncodingTests {
    private func noise(width: Int, height: Int, seed: UInt64) -> Picture {
        var random = SeededGenerator(seed: seed)
        let pixels = (0..<width * height * 3).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        return Picture(width: width, height: height, pixels: pixels)
    }

    @Test(arguments: [(1, 1), (7, 3), (300, 200)]) func pngComesBackEqual(width: Int, height: Int) throws {
        let picture = noise(width: width, height: height, seed: 5)
        #expect(try decode(Array(picture.png())) == picture)
    }

    @Test func jpegComesBackAlike() throws {
        var pixels: [UInt8] = []
        for y in 0..<40 {
            for x in 0..<60 { pixels += [UInt8(x * 4), UInt8(y * 6), 100] }
        }
        let picture = Picture(width: 60, height: 40, pixels: pixels)
        let back = try decode(Array(picture.jpeg(quality: 95)))
        #expect(back.width == 60 && back.height == 40)
        let worst = zip(back.pixels, pixels).map { abs(Int($0) - Int($1)) }.max()!
        #expect(worst < 16)
        #expect(try picture.jpeg(quality: 20).count < picture.jpeg(quality: 95).count)
    }

    @Test func refusesTooLongSidesOfAJPEG() {
        let picture = Picture(width: 70_000, height: 1, pixels: [UInt8](repeating: 0, count: 210_000))
        #expect { try picture.jpeg() } throws: { "\($0)".contains("70000 x 1") }
    }
}
