import Files
import Testing

@Suite struct UserErrorTests {
    @Test func isShownWithPlaceAndRemedy() {
        #expect(UserError("is empty").description == "is empty")
        #expect(UserError("is empty", at: "a.tsv:1", remedy: "Fill it.").description == "a.tsv:1: is empty\n  Fill it.")
    }

    @Test func systemErrorsSayWhatFailed() {
        let error = UserError.system("could not open the file", at: "x", code: 2)
        #expect(error.description.contains("x: could not open the file: No such file"))
        #expect(error.remedy == "Check the path.")
    }

    @Test func suggestionsNameTheNearestWord() {
        #expect(Suggestion.nearest(to: "trian", in: ["train", "encode"]) == "train")
        #expect(Suggestion.nearest(to: "zzzzzz", in: ["train", "encode"]) == nil)
        #expect(Suggestion.nearest(to: "", in: []) == nil)
        #expect(Suggestion.sentence(for: "encod", in: ["train", "encode"]) == "Did you mean \"encode\"?")
        #expect(Suggestion.sentence(for: "zzzzzz", in: ["train", "encode"]) == "Known here: encode, train.")
    }
}
