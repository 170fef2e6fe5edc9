import Foundation
import Testing

@testable import Server

/// Whatever a client sends is read, or refused in the one form of failures.
struct RequestFormTests {
    private static let picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    private static let item = #"{"title":"A \u00e9 \ud83d\ude00","tags":["red","x"],"hidden":true,"picture":"\#(picture)"}"#
    private static let line = #"{"id":"a/b","title":"B","tags":[],"hidden":false}"#
    private static let event = #"{"user":"u","item":"7","type":"buy","time":"2026-03-01T12:00:00.5+02:00","id":"k"}"#
    private static let question = """
        {"history":["12",{"title":"T","picture":"\(picture)"}],"n":5,"exclude":["1"],"where":[["red"],["a","b"]],\
        "keep_seen":true,"diversity":0.5,"reasons":true,"min_revision":3}
        """

    private static let seeds: [RequestForm: [String]] = [
        .question: [question, #"{"user":"u1","n":10}"#],
        .batch: [#"{"requests":[\#(question),{"user":"u"},{"n":0}]}"#],
        .vectors: [#"{"histories":[["1","2"],["3"]],"items":["9"]}"#],
        .preview: [#"{"title":"T","picture":"\#(picture)","n":3}"#],
        .item: [item], .patch: [item, #"{"title":null,"picture":null,"tags":null}"#],
        .items: ["[\(line),\(line)]"], .itemLines: ["\(line)\n\n \r\n\(line)\n"],
        .events: [#"[\#(event),{"user":"u","item":"1","time":1700000000}]"#], .eventLines: ["\(event)\n\(event)"],
        .id: ["a%2Fb", "%EF%BB%BFx"],
    ]

    @Test(arguments: RequestForm.allCases) func seedsAreTaken(_ form: RequestForm) throws {
        for seed in try #require(Self.seeds[form]) {
            let failures = try form.read(Data(seed.utf8))
            #expect(failures.count == (form == .batch ? 1 : 0), "\(failures)")
        }
    }

    @Test(arguments: RequestForm.allCases) func whatIsChangedIsReadOrRefused(_ form: RequestForm) throws {
        let seeds = try #require(Self.seeds[form]).map { Array($0.utf8) }
        var chance = Chance(state: UInt64(form.rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
        var refused = 0
        for round in 0..<2000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0...Int.random(in: 0..<4, using: &chance) { chance.change(&bytes) }
            do {
                let failures = try form.read(Data(bytes))
                failures.forEach(check)
                refused += failures.isEmpty ? 0 : 1
            } catch let failure as Failure {
                check(failure)
                refused += 1
            } catch { Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(error)") }
        }
        #expect(refused > 100)
    }

    /// A client's fault, which can be told.
    private func check(_ failure: Failure) {
        #expect([400, 413, 422].contains(failure.status.code), "\(failure)")
        #expect(throws: Never.self) { try JSONEncoder().encode(failure.body) }
        #expect(failure.message.utf8.count < 2000, "\(failure)")
    }

    /// Changes that lead through a reader: other bytes, other values in their places, parts twice, ends cut off.
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }

        private static let values = [
            "null", "true", "-1", "1e400", "1e-400", "9223372036854775808", "-9223372036854775809", "0.5", "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"", "[]", "{}", "[[[[", "{\"", "\"9999-12-31T23:59:60Z\"", "\"0000-01-01T00:00:00-23:59\"", "%", "%F",
            "%FF",
            String(repeating: "[", count: 4000), "\"" + String(repeating: "x", count: 5000) + "\"", "\u{FEFF}", "NaN",
            "Infinity",
        ].map { Array($0.utf8) }

        mutating func change(_ bytes: inout [UInt8]) {
            let place = Int.random(in: 0...bytes.count, using: &self)
            let end = Int.random(in: place...min(bytes.count, place + 20), using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes.replaceSubrange(place..<end, with: Self.values.randomElement(using: &self)!)
            case 1: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &self) }
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            default:
                // A value in the place of another.
                let colons = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
                guard let colon = colons.randomElement(using: &self) else { return }
                let after = bytes[(colon + 1)...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") }
                bytes.replaceSubrange(colon + 1..<(after ?? bytes.count), with: Self.values.randomElement(using: &self)!)
            }
        }
    }
}
