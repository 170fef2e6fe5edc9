import TestSupport
import Testing

@testable import Pictures

/// A picture of 41 x 30 made-up pixels.
let formulaPicture: Picture = {
    var pixels: [UInt8] = []
    for y in 0..<30 {
        for x in 0..<41 {
            pixels.append(UInt8(truncatingIfNeeded: x * x + 3 * y))
            pixels.append(UInt8(truncatingIfNeeded: x * 7 + y * y * 5))
            pixels.append(UInt8(truncatingIfNeeded: x * y))
        }
    }
    return Picture(width: 41, height: 30, pixels: pixels)
}()

struct PictureResizeTests {
    /// Expected are the first digits of the SHA-256 of what Pillow 13 makes.
    @Test(
        arguments: [
            (.nearest, 17, 11, "b57758ea4471c4f3"), (.nearest, 41, 7, "f6d16c7c86688170"),
            (.nearest, 60, 5, "8002b5bc9f7aabfa"), (.nearest, 97, 64, "3e14425b64f69ee9"),
            (.nearest, 19, 30, "d35a95843ab33f25"), (.nearest, 1, 1, "c2d66c08cabde6b7"),
            (.lanczos, 17, 11, "3f3b6a21dc586d0f"), (.lanczos, 41, 7, "ec8e32389121f9ac"),
            (.lanczos, 60, 5, "14c8f258a34fbc07"), (.lanczos, 97, 64, "17775cbc31192f1c"),
            (.lanczos, 19, 30, "15d4cd55d8152ec5"), (.lanczos, 1, 1, "6528174ce40bd2ad"),
            (.bilinear, 17, 11, "e064bed49ae3af98"), (.bilinear, 41, 7, "63b6e7ae91797fc6"),
            (.bilinear, 60, 5, "bf1744e9c52f8120"), (.bilinear, 97, 64, "478e65da128a276f"),
            (.bilinear, 19, 30, "68cedcadd5ab9716"), (.bilinear, 1, 1, "6ed76a84048463f4"),
            (.bicubic, 17, 11, "93a0d157b14159f4"), (.bicubic, 41, 7, "13a092d9bd7d872f"),
            (.bicubic, 60, 5, "58a164e7fa5c1888"), (.bicubic, 97, 64, "d1b7fc1f78c979df"),
            (.bicubic, 19, 30, "3dfd916a40f6de98"), (.bicubic, 1, 1, "6ed76a84048463f4"),
            (.box, 17, 11, "2ceeef6fb792131e"), (.box, 41, 7, "4c2ce68c79ee46c8"),
            (.box, 60, 5, "a5339133a7ad947c"), (.box, 97, 64, "3e14425b64f69ee9"),
            (.box, 19, 30, "83a8d3949526dd68"), (.box, 1, 1, "acc955ea13683d37"),
            (.hamming, 17, 11, "fcac55e5dfc73899"), (.hamming, 41, 7, "0f0525db610d1123"),
            (.hamming, 60, 5, "077846503f9516d7"), (.hamming, 97, 64, "37df9dfe2ffa960b"),
            (.hamming, 19, 30, "473a793c825daa64"), (.hamming, 1, 1, "a687b27303eba859"),
        ] as [(ResizeFilter, Int, Int, String)])
    func equalsPillow(filter: ResizeFilter, width: Int, height: Int, digits: String) {
        let resized = formulaPicture.resized(width: width, height: height, filter: filter)
        #expect(resized.width == width && resized.height == height)
        #expect(hash(resized.pixels).hasPrefix(digits))
    }

    @Test(arguments: ResizeFilter.allCases) func sameSizeIsTheSamePicture(filter: ResizeFilter) {
        #expect(formulaPicture.resized(width: 41, height: 30, filter: filter) == formulaPicture)
    }

    @Test(arguments: ResizeFilter.allCases) func oneColourStaysOneColour(filter: ResizeFilter) {
        let grey = Picture(width: 19, height: 23, pixels: [UInt8](repeating: 201, count: 19 * 23 * 3))
        for (width, height) in [(7, 3), (50, 60), (1, 100)] {
            #expect(grey.resized(width: width, height: height, filter: filter).pixels.allSatisfy { $0 == 201 })
        }
    }

    @Test func partsEqualTheWholesParts() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<60 {
            let width = Int.random(in: 1...70, using: &random)
            let height = Int.random(in: 1...70, using: &random)
            let left = Int.random(in: 0..<width, using: &random)
            let top = Int.random(in: 0..<height, using: &random)
            let columns = left..<Int.random(in: left + 1...width, using: &random)
            let rows = top..<Int.random(in: top + 1...height, using: &random)
            let filter = ResizeFilter.allCases.randomElement(using: &random)!
            let whole = formulaPicture.resized(width: width, height: height, filter: filter)
            let part = formulaPicture.resized(
                to: PictureSize(height: height, width: width), filter: filter, columns: columns, rows: rows)
            #expect(part == whole.cropped(columns: columns, rows: rows), "\(filter) \(width) x \(height)")
        }
    }

    @Test func extremeShapes() {
        let line = Picture(width: 60_000, height: 1, pixels: [UInt8](repeating: 9, count: 180_000))
        #expect(line.resized(width: 3, height: 5).pixels == [UInt8](repeating: 9, count: 45))
        #expect(line.resized(width: 2, height: 2, filter: .lanczos).pixels == [UInt8](repeating: 9, count: 12))
    }
}
