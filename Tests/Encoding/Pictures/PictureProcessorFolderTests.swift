import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

/// Whole folders of picture processors, in each of which one setting is changed, with what `AutoImageProcessor` makes of a picture:
/// `Tools/Parity/processors.py` writes them.
struct PictureProcessorFolderTests {
    struct Fixture: Decodable { var folders: [Row] }

    struct Row: Decodable {
        var family: String
        /// What is changed; nil: nothing.
        var key: String?
        var files: [String: String]
        /// Height and width of the values and the first digits of their SHA-256; nil where transformers fails.
        var size: [Int]?
        var values: String?
    }

    private static let fixture = Result {
        try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: fixtureFolder.appending(path: "processors.json"))).folders
    }

    private func values(_ row: Row) throws -> String {
        try withTemporaryFolder { folder in
            for (name, text) in row.files { try AtomicFile.write(text, to: folder.appending(path: name)) }
            let processor = try PictureProcessor(directory: folder)
            let size = processor.outputSize
            if let expected = row.size { #expect([size.height, size.width] == expected, "\(row.files)") }
            var values = [Float](repeating: .nan, count: 3 * size.height * size.width)
            values.withUnsafeMutableBufferPointer { processor.process(formulaPicture, into: $0) }
            return hash(values)
        }
    }

    @Test func everyFolderGivesTheValuesOfAutoImageProcessor() throws { try compare(Self.fixture.get()) }

    private static let parity = ProcessInfo.processInfo.environment["IISAN_PARITY"].map {
        URL(filePath: $0).appending(path: "pictures/processors.json")
    }

    /// The same folders, made anew by `make parity-pictures`.
    @Test(.enabled(if: parity != nil)) func foldersMadeAnewGiveTheValuesOfAutoImageProcessor() throws {
        let data = try Data(contentsOf: #require(Self.parity))
        try compare(JSONDecoder().decode(Fixture.self, from: data).folders)
    }

    private func compare(_ rows: [Row]) throws {
        var same = 0
        for row in rows {
            guard let expected = row.values else {
                // A folder that transformers cannot read is read too, or refused in plain words.
                #expect(throws: Never.self, "\(row.files)") {
                    do { _ = try values(row) } catch is UserError {}
                }
                continue
            }
            do {
                let isSame = try values(row).hasPrefix(expected)
                #expect(isSame, "\(row.family), \(row.key ?? "base"): \(row.files)")
                if isSame { same += 1 }
            } catch {
                // An encoder needs pictures of one size, which some settings do not give.
                let isMeant =
                    "\(error)".contains("pictures") || "\(error)".contains("a second crop")
                    || "\(error)".contains("Siglip2ImageProcessor")
                #expect(error is UserError && isMeant, "\(row.files): \(error)")
            }
        }
        print("compared with AutoImageProcessor: \(rows.count) folders, \(same) the same")
        #expect(same > 450)
    }

    /// Each key of the table is fed to each family, and does there what the table says.
    @Test(arguments: PictureProcessorFamily.allCases) func everyKnownKeyIsFed(family: PictureProcessorFamily) throws {
        let rows = try Self.fixture.get().filter { $0.family == family.rawValue }
        let base = try #require(rows.first { $0.key == nil }?.values)
        let types: Set = ["image_processor_type", "feature_extractor_type"]
        for key in types { #expect(rows.contains { $0.key == key && $0.values != nil }, "\(key)") }
        for key in PictureProcessorKeys.read(by: family).subtracting(types) {
            #expect(rows.contains { $0.key == key && $0.values != base }, "\(key) changes nothing")
        }
        for key in PictureProcessorKeys.withoutEffect {
            let fed = rows.filter { $0.key == key }
            #expect(!fed.isEmpty && fed.allSatisfy { $0.values == base }, "\(key)")
        }
    }

    @Test func aFolderThatTellsNoProcessorIsRefused() throws {
        let row = try #require(try Self.fixture.get().first { $0.family == "clip_vision_model" && $0.values == nil })
        #expect { try values(row) } throws: { error in
            "\(error)".contains("image_processor_type") && "\(error)".contains("clip_vision_model")
        }
    }
}
