import Files
import Foundation
import Testing

/// Modalities' names, and values for each of some.
@Suite struct ModalityTests {
    @Test(arguments: ["text", "image", "caption", "title_2", "a"]) func names(_ name: String) throws {
        #expect(try Modality(name).name == name)
        #expect(try JSONDecoder().decode([Modality].self, from: JSONEncoder().encode([Modality(name)])) == [Modality(name)])
    }

    @Test(arguments: ["", "Text", "2d", "_a", "a b", "a.b", "titel\u{E4}", String(repeating: "a", count: 65)])
    func whatIsNoName(_ name: String) throws {
        let error = #expect(throws: UserError.self) { try Modality(name) }
        #expect(error?.problem.contains("no name of a modality") == true)
        let json = try JSONEncoder().encode([name])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Modality].self, from: json) }
        let object = try JSONEncoder().encode([name: 1])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(PerModality<Int>.self, from: object) }
    }

    @Test func valuesStandInOneOrderAndInJSONByName() throws {
        let (audio, video) = (try Modality("audio"), try Modality("video"))
        var values: PerModality = [video: 4, .image: 2, audio: 3, .text: 1]
        #expect(values.modalities == [.text, .image, audio, video] && values.values == [1, 2, 3, 4])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(values)
        #expect(String(decoding: json, as: UTF8.self) == #"{"audio":3,"image":2,"text":1,"video":4}"#)
        #expect(try JSONDecoder().decode(PerModality<Int>.self, from: json) == values)
        values[.image] = nil
        values[.text] = 7
        #expect(values == [.text: 7, audio: 3, video: 4] && values[.image] == nil)
        #expect(values.compactMapValues { $0 == audio ? nil : "\($1)" } == [.text: "7", video: "4"])
        let none: Int? = nil
        #expect(PerModality<Int>(dictionaryLiteral: (.text, none), (.image, 1)).modalities == [.image])
    }
}
