import Files
import Foundation

/// When an event was, as clients write it: RFC 3339 (`2026-03-01T12:00:00Z`), or a number since 1970, of seconds below 10^11 and of
/// milliseconds from there on.
struct EventTime: Decodable, Equatable {
    /// Milliseconds since 1970.
    var milliseconds: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let place = container.codingPath.shown
        if let number = try? container.decode(Double.self) {
            guard let time = Self(number: number) else { throw Self.unreadable("\(number)", place) }
            self = time
        } else {
            let text = try container.decode(String.self)
            guard let time = Self(text) else { throw Self.unreadable(text, place) }
            self = time
        }
    }

    private static func unreadable(_ text: String, _ place: String) -> Failure {
        .value(
            "invalid_time", "\(place) is \(text.quoted), which is no time", at: place,
            remedy: "Write 2026-03-01T12:00:00Z, or seconds or milliseconds since 1970.")
    }

    /// A number of seconds or milliseconds.
    init?(number: Double) {
        guard number >= 0, number < 1e15 else { return nil }
        milliseconds = number < 1e11 ? Int((number * 1000).rounded()) : Int(number)
    }

    /// A text as RFC 3339 has it.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var number = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            return number
        }
        func has(_ place: Int, _ letters: String) -> Bool { place < bytes.count && letters.utf8.contains(bytes[place]) }
        guard has(4, "-"), has(7, "-"), has(10, "Tt "), has(13, ":"), has(16, ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var place = 19
        var fraction = 0
        if has(place, ".") {
            place += 1
            let start = place
            var scale = 100
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
                fraction += Int(bytes[place] - 0x30) * scale
                scale /= 10
                place += 1
            }
            if place == start { return nil }
        }
        var offset = 0
        if has(place, "+-") {
            guard let hours = number(place + 1..<place + 3), has(place + 3, ":"),
                let minutes = number(place + 4..<place + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (has(place, "-") ? -1 : 1)
            place += 6
        } else if has(place, "Zz") {
            place += 1
        } else {
            return nil
        }
        guard place == bytes.count else { return nil }
        let minutes = (Self.day(year, month, day) * 24 + hour) * 60 + minute - offset
        milliseconds = (minutes * 60 + second) * 1000 + fraction
        if milliseconds < 0 { return nil }
    }

    /// A time as a database keeps it.
    init(milliseconds: Int) { self.milliseconds = milliseconds }

    /// As RFC 3339 has it, in UTC, to the millisecond: what is told can be sent again and is the same event.
    var text: String {
        // By whole numbers: a number of seconds with a fraction may lie just below its millisecond.
        func floored(_ number: Int, _ unit: Int) -> (Int, Int) {
            let rest = (number % unit + unit) % unit
            return ((number - rest) / unit, rest)
        }
        let (days, ofDay) = floored(milliseconds, 86_400_000)
        let (year, month, day) = Self.date(ofDay: days)
        let second = ofDay / 1000
        return String(
            format: "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, second / 3600, second / 60 % 60, second % 60,
            ofDay % 1000)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days from 1970 to a date of the Gregorian calendar, whose years begin with March here, so that leap days end them.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let era = (years >= 0 ? years : years - 399) / 400
        let ofEra = years - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// The date that lies so many days after 1970: the other way round.
    private static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let days = day + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let ofEra = days - era * 146_097
        let years = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * years + years / 4 - years / 100)
        let march = (5 * ofYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (era * 400 + years + (month > 2 ? 0 : 1), month, ofYear - (153 * march + 2) / 5 + 1)
    }
}
