import Files
import Foundation
import HiddenStates
import TestSupport
import Testing

@testable import Catalogue

/// Catalogues that are encoded in parts.
@Suite(.oneAtATime) struct PartEncodingTests {
    private static var options: EncodingOptions {
        var options = EncodingOptions()
        options.maximumTokens = 7
        options.batchTokens = 21
        options.shardItems = 10
        options.storedType = .float32
        return options
    }

    private static func encode(
        _ part: WorkPart, _ modality: Modality, _ items: [CatalogueItem], _ directory: URL, _ store: URL
    ) throws -> EncodingResult {
        let encoder = try CatalogueEncoder(
            modality, of: Array(items[part.range(of: items.count)]), with: directory, options: options)
        return try encoder.encode(
            into: StorePart.beside(store, part), from: [StorePart.inside(store, part), store], progress: nil, stop: StopToken())
    }

    private static func merge(
        _ count: Int, _ modality: Modality, _ items: [CatalogueItem], _ directory: URL, _ store: URL
    ) throws -> HiddenStateStore? {
        var options = options
        // A machine that is too small to encode can merge.
        options.memory = 1
        return try CatalogueEncoder(modality, of: items, with: directory, options: options, loading: false)
            .merge(partsOf: count, into: store)
    }

    private func check(_ modality: Modality, _ items: [CatalogueItem], _ directory: URL, in folder: URL) throws {
        let (whole, store) = (folder.appending(path: "whole"), folder.appending(path: "store"))
        let all = try CatalogueEncoder(modality, of: items, with: directory, options: Self.options).encode(into: whole)
        let parts = try WorkPart.all(3).map { try Self.encode($0, modality, items, directory, store) }
        #expect(parts.reduce(0) { $0 + $1.encoded } == all.encoded && parts.reduce(0) { $0 + $1.missing } == all.missing)
        #expect(try Self.merge(3, modality, items, directory, store) != nil)
        try expectSameStates(store, whole)
        let same = try CatalogueEncoder(modality, of: items, with: directory, options: Self.options).encode(into: store)
        #expect(same.encoded == 0 && same.reused == items.count && same.missing == all.missing)
    }

    @Test func titlesInPartsHaveTheStatesOfTheWhole() throws {
        try withTemporaryFolder { folder in
            try check(.text, SmallEncoders.titles(100), SmallEncoders.text(in: folder), in: folder)
        }
    }

    @Test func picturesInPartsHaveTheStatesOfTheWhole() throws {
        try withTemporaryFolder { folder in
            var items = try SmallEncoders.pictures(40, in: folder)
            items[7].picture = nil
            try check(.image, items, SmallEncoders.picture(in: folder), in: folder)
        }
    }

    @Test func titlesThatChangedSinceAreNamedAndPicturesFoundByTheNextEncoding() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            let directory = try SmallEncoders.text(in: folder)
            var items = SmallEncoders.titles(30)
            for part in WorkPart.all(3) { _ = try Self.encode(part, .text, items, directory, store) }
            items[15].title = "f e d c"
            let error = try #require(throws: UserError.self) { try Self.merge(3, .text, items, directory, store) }
            #expect(error.description.contains("part 2 of 3 has the states of another title of item \"item 15\""), "\(error)")
            #expect(try Self.encode(WorkPart(2, of: 3), .text, items, directory, store).encoded == 1)
            #expect(try Self.merge(3, .text, items, directory, store) != nil)
        }
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            let directory = try SmallEncoders.picture(in: folder)
            let items = try SmallEncoders.pictures(12, in: folder)
            for part in WorkPart.all(3) { _ = try Self.encode(part, .image, items, directory, store) }
            let (changed, other) = (try #require(items[5].picture), try #require(items[6].picture))
            try FileManager.default.removeItem(at: changed)
            try FileManager.default.copyItem(at: other, to: changed)
            #expect(try Self.merge(3, .image, items, directory, store) != nil)
            // Only that picture's part is made anew; the store gives the others.
            let again = try WorkPart.all(3).map { try Self.encode($0, .image, items, directory, store).encoded }
            #expect(again == [0, 1, 0])
            let merged = try #require(try Self.merge(3, .image, items, directory, store))
            try merged.verify()
            #expect(zip(merged.row(5), merged.row(6)).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }
}
