import Files
import Foundation
import TestSupport
import Testing

@Suite struct UserErrorTests {
    @Test func isShownWithPlaceAndRemedy() {
        #expect(UserError("is empty").description == "is empty")
        #expect(UserError("is empty", at: "a\n\u{1B}[2J").description == "a\\n\\u{1B}[2J: is empty")
        #expect(UserError("is empty", at: "a.tsv:1", remedy: "Fill it.").description == "a.tsv:1: is empty\n  Fill it.")
    }

    @Test func systemErrorsSayWhatFailed() {
        let error = UserError.system("could not open the file", at: "x", code: 2)
        #expect(error.description.contains("x: could not open the file: No such file"))
        #expect(error.remedy == "Check the path.")
    }

    /// Foundation says "NSCocoaErrorDomain error 256" of these, and more in other words on other systems.
    @Test func errorsOfFoundationAreToldInTheSystemsWords() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "plain")
            try Data().write(to: file)
            let listing = #expect(throws: (any Error).self) { try FileManager.default.contentsOfDirectory(atPath: file.path) }
            let error = UserError.system("could not list the folder", at: "plain", error: try #require(listing))
            #expect(error == UserError.system("could not list the folder", at: "plain", code: ENOTDIR))
            let reading = #expect(throws: (any Error).self) { try Data(contentsOf: folder.appending(path: "none")) }
            #expect(UserError.system("x", at: "none", error: try #require(reading)).remedy == "Check the path.")
            #expect(UserError.system("x", at: "none", error: CocoaError(.featureUnsupported)).problem.hasPrefix("x: "))
        }
    }

    @Test func suggestionsNameTheNearestWord() {
        #expect(Suggestion.nearest(to: "trian", in: ["train", "encode"]) == "train")
        #expect(Suggestion.nearest(to: "zzzzzz", in: ["train", "encode"]) == nil)
        #expect(Suggestion.nearest(to: "", in: []) == nil)
        #expect(Suggestion.sentence(for: "encod", in: ["train", "encode"]) == "Did you mean \"encode\"?")
        #expect(Suggestion.sentence(for: "zzzzzz", in: ["train", "encode"]) == "Known here: encode, train.")
    }
}
