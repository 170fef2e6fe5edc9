import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

struct TimestampTests {
    private func time(_ text: String) -> Timestamp? { Array(text.utf8).withUnsafeBytes { Timestamp($0) } }

    @Test(
        arguments: [
            ("874965478", 874_965_478, 0), ("-5", -5, 0), ("+5", 5, 0), ("0", 0, 0), ("007", 7, 0), (" 12 ", 12, 0),
            ("12.7", 127, 1),
            ("-12.70", -127, 1), ("1700000000.000", 1_700_000_000, 0), ("1.9e3", 1900, 0),
            ("1.700000005E+09", 1_700_000_005, 0),
            ("1.7000000055E+09", 17_000_000_055, 1), ("15e-1", 15, 1), ("1500e-2", 15, 0), (".5", 5, 1), ("5.", 5, 0),
            ("0.0", 0, 0), ("9223372036854775807", Int64.max, 0), ("1700000000.123456789", 1_700_000_000_123_456_789, 9),
        ] as [(String, Int64, Int)])
    func numbersAreExact(_ text: String, _ value: Int64, _ decimals: Int) {
        #expect(time(text)?.value == value)
        #expect(time(text)?.decimals == decimals)
    }

    @Test(arguments: [
        "", "-", "+", ".", "x", "nan", "inf", "0x10", "1e30", "1e", "1e+", "1-2", "9223372036854775808", "1,5", "1 2", "12:30",
        "31.05.2024", "05/31/2024", "2024-13-01", "2024-02-30", "2023-02-29", "2024-5-1", "2024-05-31T", "2024-05-31T25:00",
        "2024-05-31T10", "2024-05-31T10:61", "2024-05-31T10:30:61", "2024-05-31T10:30:00+25", "2024-05-31 10:30 PM",
        "2024/05-31",
        "2024-05-31T10:30:00.", "2024-05-31T10:30:00Zx", "1900-02-29",
    ])
    func otherTextsAreNoTimes(_ text: String) { #expect(time(text) == nil) }

    @Test(
        arguments: [
            ("1970-01-01", 0, 0, false), ("2024-02-29", 1_709_164_800, 0, false), ("2000-02-29", 951_782_400, 0, false),
            ("1969-12-31", -86_400, 0, false), ("2024/05/31", 1_717_113_600, 0, false),
            ("2024-05-31T10:30", 1_717_151_400, 0, false), ("2024-05-31 10:30:05", 1_717_151_405, 0, false),
            ("2024-05-31T10:30:05.250", 171_715_140_525, 2, false), ("2024-05-31T10:30:05,5Z", 17_171_514_055, 1, true),
            ("2024-05-31T10:30:05Z", 1_717_151_405, 0, true), ("2024-05-31 10:30:05 UTC", 1_717_151_405, 0, true),
            ("2024-05-31T12:30:05+02:00", 1_717_151_405, 0, true), ("2024-05-31T05:00:05-0530", 1_717_151_405, 0, true),
            ("2024-05-31 12:30:05+02", 1_717_151_405, 0, true), ("2016-12-31T23:59:60Z", 1_483_228_800, 0, true),
        ] as [(String, Int64, Int, Bool)])
    func datesAreSecondsSince1970(_ text: String, _ value: Int64, _ decimals: Int, _ hasZone: Bool) {
        #expect(time(text) == Timestamp(kind: hasZone ? .zonedDate : .localDate, value: value, decimals: decimals))
    }

    /// Foundation's calendar is the other opinion.
    @Test func daysAreThoseOfTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -12_000_000_000...60_000_000_000, using: &generator)
            let date = Date(timeIntervalSince1970: Double(seconds))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let text = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d", parts.year!, parts.month!, parts.day!, parts.hour!, parts.minute!,
                parts.second!)
            #expect(time(text)?.value == seconds, "\(text)")
            #expect(DateText.text(seconds: seconds) == String(text.prefix(10)))
        }
    }

    @Test(
        arguments: [
            ("5", .number), ("20240531", .number), ("99999999999", .number), ("874965478", .seconds), ("1700000000", .seconds),
            ("1700000000123", .milliseconds), ("1700000000123456", .microseconds), ("1700000000123456789", .nanoseconds),
            ("1700000000.5", .seconds), ("-1700000000", .seconds), ("0.5", .number), ("0001700000000", .seconds),
        ] as [(String, Timestamp.Kind)])
    func unitsAreToldByTheNumberOfDigits(_ text: String, _ kind: Timestamp.Kind) { #expect(time(text)?.kind == kind) }

    @Test(
        arguments: [
            ("1.70E+09", true, true), ("1.7E9", true, false), ("1.70000001E9", true, false), ("1.700000012E9", false, false),
            ("1.0E9", true, false), ("1700000000", false, false),
        ])
    func lostDigitsAreSeen(_ text: String, _ isShortened: Bool, _ isCut: Bool) {
        #expect(time(text)?.isShortened == isShortened)
        #expect(time(text)?.isCut == isCut)
    }

    /// What reads a whole number fast and what reads any number agree.
    @Test func bothWaysOfReadingWholeNumbersAgree() {
        var generator = SeededGenerator(seed: 32)
        for _ in 0..<5000 {
            let digits = Int.random(in: 1...20, using: &generator)
            let text = (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
            let bytes = Array(text.utf8)
            guard let whole = bytes.withUnsafeBytes(Timestamp.whole) else { continue }
            #expect(whole.value == time(text)?.value)
            #expect(Timestamp.Kind(digits: whole.digits) == time(text)?.kind)
        }
    }

    @Test func randomBytesAreATimeOrNone() {
        var generator = SeededGenerator(seed: 33)
        let alphabet = Array("0123456789+-.eE:TZ/ ,UGMTC".utf8) + [0, 0xFF]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
            if let time = bytes.withUnsafeBytes({ Timestamp($0) }) { #expect((0...18).contains(time.decimals)) }
        }
    }
}
