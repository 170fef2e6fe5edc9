import Files
import Foundation
import Pictures
import TestSupport
import Testing

@testable import Catalogue

@Suite struct PictureChangeTests {
    private func changed(_ kind: ItemChangeKind, _ rate: Double, _ items: [CatalogueItem], _ folder: URL) throws
        -> [CatalogueItem]
    {
        try ItemChange(kind: kind, rate: rate, seed: 7).changed(items, workFolder: folder.appending(path: "changed"))
    }

    /// A picture of one grey.
    private func grey(_ value: UInt8, width: Int, height: Int) -> Picture {
        Picture(width: width, height: height, pixels: [UInt8](repeating: value, count: width * height * 3))
    }

    @Test func changedPicturesAreWrittenOnceAndFoundAgain() throws {
        try withTemporaryFolder { folder in
            let items = try SmallEncoders.pictures(10, in: folder)
            for kind in [ItemChangeKind.picturesNoisy, .picturesBlurred] {
                let some = try changed(kind, 0.4, items, folder)
                let all = try changed(kind, 1, items, folder)
                #expect(zip(some, items).count { $0 != $1 } == 4 && zip(all, items).count { $0 != $1 } == 10)
                for ((one, other), item) in zip(zip(some, all), items) where one != item { #expect(one == other) }
                let file = try #require(all[0].picture)
                try Data("kept".utf8).write(to: file)
                #expect(try changed(kind, 1, items, folder) == all)
                #expect(try Data(contentsOf: file) == Data("kept".utf8))
                for (item, after) in zip(items, all).dropFirst() {
                    let (before, picture) = try (Picture(file: #require(item.picture)), Picture(file: #require(after.picture)))
                    #expect(picture.width == before.width && picture.height == before.height && picture != before)
                }
            }
            #expect(try contents(of: folder.appending(path: "changed")).count == 20)
        }
    }

    @Test func picturesAreTakenAwayAndSwapped() throws {
        try withTemporaryFolder { folder in
            var items = try SmallEncoders.pictures(10, in: folder)
            items[3].picture = nil
            let missing = try changed(.picturesMissing, 1, items, folder)
            #expect(missing.allSatisfy { $0.picture == nil })
            let swapped = try changed(.picturesSwapped, 1, items, folder)
            for (item, after) in zip(items, swapped) {
                #expect((after.picture == nil) == (item.picture == nil))
                #expect(item.picture == nil || after.picture != item.picture && items.map(\.picture).contains(after.picture))
            }
        }
    }

    @Test func framesOfVideosAreChangedAllTogether() throws {
        try withTemporaryFolder { folder in
            let pictures = try SmallEncoders.pictures(9, in: folder).compactMap(\.picture)
            let items = (0..<3).map { number in
                var item = CatalogueItem(id: "video \(number)", picture: pictures[0])
                item.frames = Array(pictures[(3 * number)..<(3 * number + 3)])
                return item
            }
            #expect(try changed(.picturesMissing, 1, items, folder).allSatisfy { !$0.has(.image) })
            let swapped = try changed(.picturesSwapped, 1, items, folder)
            #expect(zip(items, swapped).allSatisfy { $0.frames != $1.frames && items.map(\.frames).contains($1.frames) })
            let noisy = try changed(.picturesNoisy, 0.67, items, folder)
            #expect(noisy.map { Set($0.frames).subtracting(pictures).count }.sorted() == [0, 3, 3])
            #expect(noisy.allSatisfy { $0.picture == pictures[0] })
        }
    }

    @Test func whatCannotBeReadStays() throws {
        try withTemporaryFolder { folder in
            let text = folder.appending(path: "text.png")
            try Data("no picture".utf8).write(to: text)
            let items = [
                CatalogueItem(id: "a", picture: text), CatalogueItem(id: "b", picture: folder.appending(path: "gone.png")),
            ]
            #expect(try changed(.picturesNoisy, 1, items, folder) == items)
        }
    }

    @Test func noiseHasTheDeviation() {
        var random = SplitMix64(seed: 9)
        let values = grey(128, width: 100, height: 100).noisy(&random).pixels.map { Double($0) - 128 }
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        // Cut off at black and white, at two deviations, 63.75 becomes 61.4.
        #expect(abs(mean) < 1.5)
        #expect(abs(deviation - 61.4) < 1)
        let within = Double(values.count { abs($0) < 63.75 }) / Double(values.count)
        #expect(abs(within - 0.683) < 0.01)
    }

    @Test func blurIsTheGaussian() {
        // An edge between black and white becomes the integral of the normal distribution, here of the deviation sqrt(10 x 11) for 10.
        let side = 200
        let edge = Picture(width: side, height: side, pixels: (0..<side * side * 3).map { $0 / 3 % side < side / 2 ? 0 : 255 })
        let pixels = edge.blurred().pixels
        let row = (0..<side).map { Double(pixels[(100 * side + $0) * 3]) / 255 }
        #expect(abs(row[90] - 0.182) < 0.015 && abs(row[109] - 0.818) < 0.015)
        #expect(abs(row[99] - 0.481) < 0.005 && row[60] == 0 && row[140] == 1)
    }

    @Test(arguments: [(1, 1), (1, 7), (30, 2)]) func oneGreyStaysTheSame(_ width: Int, _ height: Int) {
        for value in [0, 77, 255] as [UInt8] {
            let picture = grey(value, width: width, height: height)
            #expect(picture.blurred() == picture)
        }
    }

    /// Computed apart from this code, by the same rules in Python.
    @Test func theSameOnEveryMachine() {
        var random = SplitMix64(seed: 2)
        let ramp = Picture(width: 4, height: 2, pixels: (0..<24).map { UInt8($0 * 10) })
        #expect(ramp.noisy(&random).pixels.prefix(8) == [0, 147, 0, 150, 82, 52, 53, 0])
        #expect(ramp.blurred().pixels.prefix(8) == [80, 90, 100, 94, 104, 114, 112, 122])
    }
}
