import Foundation
import TestSupport
import Testing

@testable import Pictures

struct OrientationTests {
    private static let picture: Picture = {
        var pixels: [UInt8] = []
        for number in 0..<6 as Range<UInt8> { pixels += [number, number + 100, number + 200] }
        return Picture(width: 3, height: 2, pixels: pixels)
    }()

    /// Expected are Pillow's `exif_transpose`.
    @Test(
        arguments: [
            (1, 3, [0, 1, 2, 3, 4, 5]), (2, 3, [2, 1, 0, 5, 4, 3]), (3, 3, [5, 4, 3, 2, 1, 0]), (4, 3, [3, 4, 5, 0, 1, 2]),
            (5, 2, [0, 3, 1, 4, 2, 5]), (6, 2, [3, 0, 4, 1, 5, 2]), (7, 2, [5, 2, 4, 1, 3, 0]), (8, 2, [2, 5, 1, 4, 0, 3]),
        ] as [(UInt16, Int, [UInt8])])
    func turns(number: UInt16, width: Int, reds: [UInt8]) throws {
        let turned = Self.picture.turned(from: try #require(Orientation(rawValue: number)))
        #expect(turned.width == width && turned.height == 6 / width)
        #expect(stride(from: 0, to: 18, by: 3).map { turned.pixels[$0] } == reds)
        #expect(stride(from: 2, to: 18, by: 3).map { turned.pixels[$0] } == reds.map { $0 + 200 })
    }

    /// A JPEG with an EXIF segment that holds the orientation, in either byte order.
    private func jpeg(orientation: UInt8, isLittle: Bool) throws -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            let big = (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
            return isLittle ? big.reversed() : big
        }
        var tiff: [UInt8] = isLittle ? [0x49, 0x49] : [0x4D, 0x4D]
        tiff += number(42, 2) + number(8, 4) + number(2, 2)
        tiff += number(0x010F, 2) + number(2, 2) + number(4, 4) + [0x41, 0x42, 0x43, 0]
        tiff += number(0x0112, 2) + number(3, 2) + number(1, 4) + number(Int(orientation), 2) + [0, 0]
        let body = Array("Exif\0\0".utf8) + tiff
        let whole = try Array(Self.picture.jpeg())
        let head: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(body.count + 2)]
        return head + body + Array(whole[2...])
    }

    @Test(arguments: [true, false]) func isAppliedUnlessToldOtherwise(isLittle: Bool) throws {
        let bytes = try jpeg(orientation: 6, isLittle: isLittle)
        let plain = try decode(bytes, options: PictureOptions(appliesOrientation: false))
        #expect(plain.width == 3 && plain.height == 2)
        #expect(try decode(bytes) == plain.turned(from: .turnedLeft))
        #expect(try decode(jpeg(orientation: 99, isLittle: isLittle)) == plain)
    }

    /// Pictures of six pixels that Pillow wrote with the orientation 6: a PNG with an eXIf chunk, a WebP with an EXIF chunk.
    @Test(arguments: [
        """
        iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAGmVYSWZNTQAqAAAACAABARIAAwAAAAEABgAAAAAAANZnS2kAAAAYSURBVHicY2RIOcHIyMjIyMjC\
        zMwMYQEAFU4BR+c0MEQAAAAASUVORK5CYII=
        """,
        """
        UklGRmQAAABXRUJQVlA4WAoAAAAIAAAAAgAAAQAAVlA4TCMAAAAvAkAAAC8gkE121/wlkpiARZ7/zDLUtG3Ahjr/cmpE/2N6AQBFWElGGgAAAE1NACoAAAAIAAEB\
        EgADAAAAAQAGAAAAAAAA
        """,
    ]) func isReadOfOtherFormatsToo(base64: String) throws {
        let bytes = Array(try #require(Data(base64Encoded: base64)))
        #expect(try decode(bytes, options: PictureOptions(appliesOrientation: false)) == Self.picture)
        #expect(try decode(bytes) == Self.picture.turned(from: .turnedLeft))
    }

    struct Fixture: Decodable {
        var pictures: [Row]
    }

    struct Row: Decodable {
        var name: String
        var orientation: UInt16
        var bytes: Data
    }

    private static let fixture = Result {
        try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: fixtureFolder.appending(path: "orientations.json")))
            .pictures
    }

    /// Pictures of three by two pixels, whose files say in every way how they are turned: `Tools/Parity/turned.py` writes them.
    @Test func everyPictureIsTurnedAsPillowTurnsIt() throws {
        let rows = try Self.fixture.get()
        #expect(rows.count > 900 && Set(rows.map(\.orientation)) == Set(1...8))
        for row in rows {
            let bytes = Array(row.bytes)
            let plain = try decode(bytes, options: PictureOptions(appliesOrientation: false))
            let expected = try plain.turned(from: #require(Orientation(rawValue: row.orientation)))
            #expect(try decode(bytes) == expected, "\(row.name): expected \(row.orientation)")
        }
    }

    /// Damage of what is said beside the pixels leaves the pixels, turned by what can be read of it.
    @Test func damagedSegmentsCountAsUpright() throws {
        let bytes = try jpeg(orientation: 6, isLittle: true)
        let plain = try decode(bytes, options: PictureOptions(appliesOrientation: false))
        // Each byte from the mark of EXIF to the entry of the orientation: another one makes it unreadable, or is of no account.
        let start = try #require(bytes.firstIndex(of: 0x49))
        var turned = 0
        for place in start..<start + 34 {
            var damaged = bytes
            damaged[place] = 0xEE
            let picture = try decode(damaged)
            #expect(picture == plain || picture == plain.turned(from: .turnedLeft), "byte \(place)")
            if picture != plain { turned += 1 }
        }
        #expect((10..<30).contains(turned))
        for place in start..<start + 2 {
            var damaged = bytes
            damaged[place] = 0xEE
            #expect(try decode(damaged) == plain)
        }
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var damaged = bytes
            damaged[Int.random(in: 2..<60, using: &random)] = .random(in: 0 ... .max, using: &random)
            damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random))
            // No end of a file is read over.
            let found = damaged.withUnsafeBytes { bytes in PictureFormat.allCases.map { Orientation(bytes, format: $0) } }
            #expect(found.dropFirst() == [.upright, .upright])
        }
    }
}

let fixtureFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Pictures")
