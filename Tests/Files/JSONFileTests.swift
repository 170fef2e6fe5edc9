import Files
import Foundation
import TestSupport
import Testing

@Suite struct JSONFileTests {
    struct Inner: Codable, Equatable { var count: Int }
    struct Form: Codable, Equatable {
        var name: String
        var inner: Inner
    }

    private func error(reading text: String) throws -> UserError {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "form.json")
            try Data(text.utf8).write(to: url)
            let error = try #require(throws: UserError.self) { try JSONFile.read(Form.self, from: url) }
            #expect(error.place?.hasSuffix("form.json") == true)
            return error
        }
    }

    @Test func roundTrips() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "form.json")
            let form = Form(name: "a/b", inner: Inner(count: 3))
            try JSONFile.write(form, to: url)
            let read = try JSONFile.read(Form.self, from: url)
            #expect(read == form)
            let text = try String(contentsOf: url, encoding: .utf8)
            #expect(text == "{\n  \"inner\" : {\n    \"count\" : 3\n  },\n  \"name\" : \"a/b\"\n}\n")
        }
    }

    /// Numbers that JSON has no form for are texts, and come back.
    @Test func numbersThatAreNotFiniteSurvive() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "numbers.json")
            let numbers = ["a": Double.nan, "b": .infinity, "c": -.infinity, "d": 0.5]
            try JSONFile.write(numbers, to: url)
            let read = try JSONFile.read([String: Double].self, from: url)
            #expect(read["a"]?.isNaN == true && read["b"] == .infinity && read["c"] == -.infinity && read["d"] == 0.5)
            let text = try String(contentsOf: url, encoding: .utf8)
            #expect(text.contains("\"NaN\"") && text.contains("\"-Infinity\""))
            #expect(throws: UserError.self) { try JSONFile.read([String: Int].self, from: url) }
        }
    }

    @Test func namesTheKeyThatIsWrong() throws {
        #expect(try error(reading: "{\"name\": \"a\", \"inner\": {}}").problem.contains("\"inner.count\" is missing"))
        #expect(
            try error(reading: "{\"name\": 3, \"inner\": {\"count\": 1}}").problem.contains("\"name\" is not a text"))
        #expect(try error(reading: "{\"name\": \"a\", \"inner\": null}").problem.contains("\"inner\""))
        #expect(try error(reading: "{\"name\": \"a\", \"inner\": {\"count\": 1.5}}").problem.contains("whole number"))
        #expect(try error(reading: "{\"name\": \"a\", \"inner\": []}").problem.contains("\"inner\" is not an object"))
        #expect(try error(reading: "[1, 2]").problem.contains("the whole is not an object"))
    }

    @Test func saysWhatIsNoJSON() throws {
        #expect(try error(reading: "").problem.contains("the file is empty"))
        for text in ["{", "<html></html>", "{\"name\": }", "{\"name\": \"a\"", "name: a\n"] {
            #expect(try error(reading: text).problem == "not valid JSON", "\(text)")
            #expect(try error(reading: text).remedy != nil)
        }
        _ = try error(reading: String(repeating: "[", count: 100_000))
    }

    @Test func missingFileIsNamed() {
        let error = #expect(throws: UserError.self) { try JSONFile.read(Form.self, from: URL(filePath: "/no/such.json")) }
        #expect(error?.place == "/no/such.json")
    }
}
