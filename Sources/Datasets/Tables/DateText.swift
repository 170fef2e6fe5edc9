/// Dates of ISO 8601, and the forms near it that databases and programs write.
///
/// `2024-05-31`, `2024/05/31`, `2024-05-31T10:30`, `2024-05-31 10:30:00.25`, each time of day also with `Z`, `UTC`, `+02`, `+0200` or
/// `+02:00`. The day and month of other orders cannot be distinguished, so those are no dates here.
enum DateText {
    /// The time that some bytes write, in seconds since 1970, UTC where no zone is written; nil when they write no such date.
    static func timestamp(_ bytes: UnsafeRawBufferPointer) -> Timestamp? {
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-") || bytes[4] == UInt8(ascii: "/") else { return nil }
        var reader = Reader(bytes)
        guard let year = reader.number(4), reader.take(bytes[4]), let month = reader.number(2), reader.take(bytes[4]),
            let day = reader.number(2), (1...12).contains(month), (1...days(in: month, of: year)).contains(day)
        else { return nil }
        var seconds = Int64(daysSince1970(year, month, day)) * 86_400
        guard !reader.isAtEnd else { return Timestamp(kind: .localDate, value: seconds) }
        guard reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t")) || reader.take(UInt8(ascii: " ")) else {
            return nil
        }
        guard let hour = reader.number(2), reader.take(UInt8(ascii: ":")), let minute = reader.number(2), hour < 24, minute < 60
        else { return nil }
        seconds += Int64(hour * 3600 + minute * 60)
        var time = Timestamp(kind: .localDate, value: 0)
        if reader.take(UInt8(ascii: ":")) {
            // 60 is a leap second.
            guard let second = reader.number(2), second <= 60 else { return nil }
            seconds += Int64(second)
            if reader.take(UInt8(ascii: ".")) || reader.take(UInt8(ascii: ",")) {
                guard let fraction = reader.fraction() else { return nil }
                (time.value, time.decimals) = fraction
            }
        }
        if let zone = reader.zone() {
            time.kind = .zonedDate
            seconds -= Int64(zone)
        }
        guard reader.isAtEnd else { return nil }
        let (scaled, isTooLarge) = seconds.multipliedReportingOverflow(by: powersOfTen[time.decimals])
        let (sum, isOver) = scaled.addingReportingOverflow(time.value)
        guard !isTooLarge, !isOver else { return nil }
        time.value = sum
        return time
    }

    /// The powers of ten that an `Int64` holds.
    static let powersOfTen: [Int64] = (0...18).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1 January 1970 to a date of the Gregorian calendar.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Years that start in March end with the leap day, and 153 days are five months then.
        let shifted = year - (month <= 2 ? 1 : 0)
        let monthFromMarch = (month + 9) % 12
        let years = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400
        return years + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }

    /// A seconds count since 1970 as a date, for messages.
    static func text(seconds: Int64) -> String? {
        guard seconds > -62_135_596_800, seconds < 253_402_300_800 else { return nil }
        let day = Int((Double(seconds) / 86_400).rounded(.down))
        // From a guess that is at most a year off.
        var year = 1970 + day / 366
        while daysSince1970(year + 1, 1, 1) <= day { year += 1 }
        while daysSince1970(year, 1, 1) > day { year -= 1 }
        var month = 1
        while month < 12, daysSince1970(year, month + 1, 1) <= day { month += 1 }
        func padded(_ number: Int, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day - daysSince1970(year, month, 1) + 1, 2))"
    }

    /// Reads a date from its start.
    private struct Reader {
        private let bytes: UnsafeRawBufferPointer
        private var position = 0

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// A number of exactly so many digits.
        mutating func number(_ digits: Int) -> Int? {
            guard position + digits <= bytes.count else { return nil }
            var value = 0
            for _ in 0..<digits {
                let digit = bytes[position] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                value = value * 10 + Int(digit)
                position += 1
            }
            return value
        }

        /// The digits of a fraction, without zeros at its end.
        mutating func fraction() -> (value: Int64, decimals: Int)? {
            let start = position
            while position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 { position += 1 }
            var end = position
            while end > start, bytes[end - 1] == UInt8(ascii: "0") { end -= 1 }
            guard position > start, end - start <= 18 else { return nil }
            var value: Int64 = 0
            for index in start..<end { value = value * 10 + Int64(bytes[index] - UInt8(ascii: "0")) }
            return (value, end - start)
        }

        /// A zone's seconds east of Greenwich; nil when there is none.
        mutating func zone() -> Int? {
            let start = position
            let isApart = take(UInt8(ascii: " "))
            if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
            for name in ["UTC", "GMT"] where bytes[position...].elementsEqual(name.utf8) {
                position = bytes.count
                return 0
            }
            let isWest = take(UInt8(ascii: "-"))
            if isWest || take(UInt8(ascii: "+")), let hours = number(2), hours < 24 {
                _ = take(UInt8(ascii: ":"))
                let minutes = isAtEnd ? 0 : number(2)
                if let minutes, minutes < 60 { return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60) }
            }
            if isApart || position != start { position = start }
            return nil
        }
    }
}
