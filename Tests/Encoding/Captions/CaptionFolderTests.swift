import Catalogue
import Files
import Foundation
import Pictures
import TestSupport
import Testing

@testable import Captions

/// Whole folders of models against the captions that `transformers` writes with them (`Tools/Parity/caption_folders.py`).
@Suite(.oneAtATime) struct CaptionFolderTests {
    struct Expected: Decodable {
        let picture: String
        let prompt: [Int32]
        let caption: String
    }

    static let parityFolder = ProcessInfo.processInfo.environment["IISAN_CAPTION_PARITY"].map {
        URL(filePath: $0).appending(path: "folders")
    }
    static let cases = [fixture("Captions/folders"), parityFolder].compactMap { $0 }.flatMap { folder in
        ((try? JSONFile.read([String].self, from: folder.appending(path: "cases.json"))) ?? []).map {
            folder.appending(path: $0)
        }
    }

    @Test func foldersAreThere() { #expect(Self.cases.count >= (Self.parityFolder == nil ? 2 : 10)) }

    @Test(arguments: cases)
    func promptsAndCaptionsAreThoseOfTransformers(directory: URL) throws {
        let expected = try JSONFile.read([Expected].self, from: directory.appending(path: "expected.json"))
        var options = CaptionOptions()
        options.generation.maximumTokens = 24
        options.tiles = directory.lastPathComponent.hasSuffix("tiles")
        let captioner = try Captioner(directory, options: options)
        let pictures = directory.deletingLastPathComponent().appending(path: "pictures")
        for row in expected {
            let picture = try Picture(file: pictures.appending(path: row.picture))
            let layout = captioner.processor.layout(of: PictureSize(height: picture.height, width: picture.width))
            let count = row.prompt.count { $0 == captioner.folder.family.parts.imageToken }
            #expect(captioner.prompt([layout], counts: [count]) == row.prompt, "\(row.picture)")
        }
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "captions.jsonl")
            let items = expected.map { CatalogueItem(id: $0.picture, picture: pictures.appending(path: $0.picture)) }
            let result = try captioner.caption(items, into: file)
            #expect(result.problems.allSatisfy { $0.problem == "the model wrote nothing about it" })
            #expect(try CaptionFile(file).lines().map { $0.caption ?? "" } == expected.map(\.caption))
        }
    }
}
