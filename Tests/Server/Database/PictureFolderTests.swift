import Files
import Foundation
import Pictures
import TestSupport
import Testing

@testable import Database

/// Pictures for tests.
enum Sample {
    /// A JPEG file: red to the left, blue to the right.
    static func jpeg(_ width: Int, _ height: Int) throws -> Data { try picture(width, height).jpeg() }

    static func picture(_ width: Int, _ height: Int) -> Picture {
        let row = (0..<width).flatMap { $0 < width / 2 ? [220, 20, 20] as [UInt8] : [20, 20, 220] }
        return Picture(width: width, height: height, pixels: (0..<height).flatMap { _ in row })
    }

    /// A JPEG as a camera writes it that was held upright: turned, and with a place in its EXIF data.
    static func photograph(_ width: Int, _ height: Int) throws -> Data {
        let tiff: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let body = Array("Exif\0\0".utf8) + tiff + Array("52.5200 N, 13.4050 E".utf8)
        var bytes = Array(try jpeg(width, height))
        bytes.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body, at: 2)
        return Data(bytes)
    }
}

@Suite struct PictureFolderTests {
    private func files(_ folder: URL, _ kind: String) throws -> [String] {
        let url = folder.appending(path: kind)
        return (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).filter {
            $0.contains("/")
        }
    }

    @Test func theSameBytesLieThereOnce() async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            let bytes = try Sample.jpeg(30, 20)
            let name = try await pictures.store(bytes)
            #expect(name == bytes.withUnsafeBytes { ContentHash.of($0) })
            #expect(try await pictures.store(bytes) == name)
            #expect(try await pictures.store(Sample.picture(30, 20).png()) != name)
            #expect(try files(folder, "original").count == 2)
            #expect(try pictures.original(name) == bytes)
            // Another opening finds them.
            #expect(try PictureFolder(folder).original(name) == bytes)
        }
    }

    @Test func whatIsServedIsMadeFromThePixels() async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            let photograph = try Sample.photograph(900, 600)
            let name = try await pictures.store(photograph)
            for (size, sides) in [(PictureFolder.Size.whole, (600, 900)), (.thumbnail, (213, 320))] {
                for _ in 0..<2 {
                    let served = try #require(try await pictures.served(name, as: size))
                    #expect(served.range(of: Data("52.5200".utf8)) == nil && served.range(of: Data("Exif".utf8)) == nil)
                    let picture = try served.withUnsafeBytes { try Picture(bytes: $0, name: "served") }
                    #expect((picture.width, picture.height) == sides)
                    // What was to the left of the file is above.
                    let last = picture.pixels.count - 3
                    #expect(picture.pixels[0] > 180 && picture.pixels[2] < 80)
                    #expect(picture.pixels[last] < 80 && picture.pixels[last + 2] > 180)
                }
            }
            #expect(try pictures.original(name) == photograph)
            // The second answer was not made again.
            let kept = folder.appending(path: "thumbnail/\(name.prefix(2))/\(name)")
            try Data("kept".utf8).write(to: kept)
            #expect(try await pictures.served(name, as: .thumbnail) == Data("kept".utf8))
            // A small picture is not made larger.
            let small = try #require(try await pictures.served(pictures.store(Sample.jpeg(31, 7)), as: .thumbnail))
            let picture = try small.withUnsafeBytes { try Picture(bytes: $0, name: "small") }
            #expect((picture.width, picture.height) == (31, 7))
        }
    }

    @Test func onlyPicturesAreTaken() async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            let whole = try Sample.jpeg(200, 200)
            let refused: [Data] = [
                Data(), Data("<html><script>alert(1)</script>".utf8), Data("GIF89a".utf8), whole.prefix(whole.count / 2),
                whole.prefix(20), Data("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8),
            ]
            for bytes in refused {
                await #expect(throws: UserError.self, "\(bytes.prefix(8))") { try await pictures.store(bytes) }
            }
            // More pixels than are taken, and too long a side of few of them.
            await #expect(throws: UserError.self) { try await pictures.store(Sample.jpeg(6000, 4001)) }
            await #expect(throws: UserError.self) { try await pictures.store(Sample.jpeg(16_385, 2)) }
            #expect(try files(folder, "original").isEmpty)
            _ = try await pictures.store(Sample.jpeg(16_384, 2))
        }
    }

    @Test(arguments: ["", "../../etc/passwd", String(repeating: "g", count: 64), String(repeating: "A", count: 64)])
    func namesThatAreNoneAreOfNoPicture(_ name: String) async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            #expect(try pictures.original(name) == nil)
            #expect(try await pictures.served(name, as: .whole) == nil)
            #expect(!pictures.has(name))
        }
    }

    @Test func aPictureThatTheDiskHasChangedIsTheServersFault() async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            let name = try await pictures.store(Sample.jpeg(300, 200))
            try Data("no picture".utf8).write(to: folder.appending(path: "original/\(name.prefix(2))/\(name)"))
            await #expect(performing: { _ = try await pictures.served(name, as: .whole) }, throws: isRefusal(.failed))
        }
    }

    @Test func whatNoItemHasIsSweptOnceItIsOld() async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            var names: [String] = []
            for side in 1...4 { names.append(try await pictures.store(Sample.jpeg(side, 10))) }
            for name in names { _ = try await pictures.served(name, as: .thumbnail) }
            let leftover = folder.appending(path: "original/\(names[0].prefix(2))/.\(names[0]).12-34.partial")
            try Data("half".utf8).write(to: leftover)
            let used: Set = [names[0], names[2]]
            // Young ones may be about to be named.
            #expect(try await pictures.sweep(olderThan: 3600) { used.intersection($0) } == 0)
            func age(_ file: URL) throws {
                try FileManager.default.setAttributes([.modificationDate: Date() - 7200], ofItemAtPath: file.path)
            }
            for kind in ["original", "thumbnail"] {
                for file in try files(folder, kind) { try age(folder.appending(path: "\(kind)/\(file)")) }
            }
            // Stored again, and so as good as new.
            _ = try await pictures.store(Sample.jpeg(4, 10))
            #expect(try await pictures.sweep(olderThan: 3600) { used.intersection($0) } == 1)
            #expect(names.map(pictures.has) == [true, false, true, true])
            #expect(try files(folder, "thumbnail").count == 3)
            #expect(!FileManager.default.fileExists(atPath: leftover.path))
        }
    }

    @Test func manyStoreAtOnce() async throws {
        try await withTemporaryFolder { folder in
            let pictures = try PictureFolder(folder)
            let names = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<60 { group.addTask { try await pictures.store(Sample.jpeg(number % 6 + 1, 50)) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(names.count == 6)
            #expect(try files(folder, "original").count == 6)
        }
    }
}
