import Files

/// The times of a column, read row by row into whole numbers of one unit.
///
/// Where times have fractions all are kept in a finer unit, a power of ten: the column says by how much the times that were read
/// before are to be multiplied. Times of two units in one column are an error that names a line of each.
struct TimeColumn {
    /// How many digits behind the point are kept.
    private(set) var decimals = 0
    private let name: String
    private var counts = [Int](repeating: 0, count: Timestamp.Kind.allCases.count)
    private var places = [String](repeating: "", count: Timestamp.Kind.allCases.count)
    // Numbers in exponent notation with fewer digits than their size needs.
    private var shortened = 0
    private var shortenedAt = ""
    private var mostDigits = 0

    /// - Parameter name: the column as messages name it.
    init(name: String) { self.name = name }

    /// Reads a time, in units of ten to the power of minus ``decimals``.
    ///
    /// - Parameter rescale: multiplies the times that were read before, when this one has more decimals than they.
    /// - Throws: ``UserError`` when it is none, is of another unit than those before, or needs more digits than can be held.
    @inline(__always)
    mutating func read(
        _ bytes: UnsafeRawBufferPointer, at place: @autoclosure () -> String, rescale: (Int64) -> Bool
    ) throws -> Int64 {
        if let whole = Timestamp.whole(bytes) {
            let kind = Timestamp.Kind(digits: whole.digits)
            counts[kind.rawValue] += 1
            if counts[kind.rawValue] == 1 { try begin(kind, at: place()) }
            if decimals == 0 { return whole.value }
            return try scaled(Timestamp(kind: kind, value: whole.value), at: place(), rescale)
        }
        return try readOther(bytes, at: place(), rescale)
    }

    private mutating func readOther(
        _ bytes: UnsafeRawBufferPointer, at place: String, _ rescale: (Int64) -> Bool
    ) throws -> Int64 {
        guard let time = Timestamp(bytes) else {
            throw UserError(
                "the time \(bytes.quoted) of \(name) cannot be read", at: place,
                remedy: "Write numbers of at most 18 digits, as in seconds since 1970, or dates as 2024-05-31 or "
                    + "2024-05-31T10:30:00Z.")
        }
        counts[time.kind.rawValue] += 1
        if counts[time.kind.rawValue] == 1 { try begin(time.kind, at: place) }
        if time.isCut { throw Self.shortened(bytes, time.exponentDigits ?? 0, at: place) }
        if time.isShortened {
            if shortened == 0 { shortenedAt = place }
            shortened += 1
            mostDigits = max(mostDigits, time.exponentDigits ?? 0)
        }
        return try scaled(time, at: place, rescale)
    }

    private mutating func scaled(_ time: Timestamp, at place: String, _ rescale: (Int64) -> Bool) throws -> Int64 {
        if time.decimals > decimals {
            guard rescale(DateText.powersOfTen[time.decimals - decimals]) else { throw tooFine(at: place) }
            decimals = time.decimals
        }
        let (value, isTooLarge) = time.value.multipliedReportingOverflow(by: DateText.powersOfTen[decimals - time.decimals])
        guard !isTooLarge else { throw tooFine(at: place) }
        return value
    }

    private func tooFine(at place: String) -> UserError {
        UserError(
            "the times of \(name) have more digits than can be kept", at: place,
            remedy: "Write them with fewer digits behind the point.")
    }

    /// Notes the first row of a kind and stops where it does not go with another.
    private mutating func begin(_ kind: Timestamp.Kind, at place: String) throws {
        places[kind.rawValue] = place
        guard kind != .number || counts[Timestamp.Kind.localDate.rawValue] + counts[Timestamp.Kind.zonedDate.rawValue] > 0
        else {
            return
        }
        func isDate(_ kind: Timestamp.Kind) -> Bool { kind == .localDate || kind == .zonedDate }
        let other = Timestamp.Kind.allCases.first {
            counts[$0.rawValue] > 0 && $0 != kind && (isDate($0) || isDate(kind) || $0 != .number)
                && !(isDate($0) && isDate(kind))
        }
        guard let other else { return }
        throw UserError(
            "the times of \(name) are \(Self.words(kind)) here and \(Self.words(other)) in \(places[other.rawValue])",
            at: place,
            remedy: "Write all times of the column in one unit.")
    }

    private static func shortened(_ bytes: UnsafeRawBufferPointer, _ digits: Int, at place: String) -> UserError {
        shortened("the time \(bytes.quoted) has", digits, at: place)
    }

    private static func shortened(_ what: String, _ digits: Int, at place: String) -> UserError {
        UserError(
            "\(what) only \(digits) digits: the others were lost when it was written in exponent notation", at: place,
            remedy: "Export the times again as whole numbers; in a spreadsheet, format the column as a number without decimals."
        )
    }

    /// The unit of all times that were read.
    ///
    /// - Throws: ``UserError`` when all were written in exponent notation with too few digits to tell them apart.
    func unit() throws -> HistoryOrder.Unit {
        let total = counts.reduce(0, +)
        // A program that writes the shortest exact form gives most times more digits; one that cuts gives all the same few.
        if shortened > 0, shortened == total, mostDigits <= 6 {
            throw Self.shortened("all times of \(name) are in exponent notation, the longest with", mostDigits, at: shortenedAt)
        }
        let kinds = Timestamp.Kind.allCases.filter { counts[$0.rawValue] > 0 }
        switch kinds.first(where: { $0 != .number }) {
        case .seconds: return .seconds
        case .milliseconds: return .milliseconds
        case .microseconds: return .microseconds
        case .nanoseconds: return .nanoseconds
        case .localDate, .zonedDate: return .dates
        case .number, nil: return .numbers
        }
    }

    /// What is odd about the times that were read, in sentences; nothing of it is an error.
    var warnings: [String] {
        var warnings: [String] = []
        let numbers = counts[Timestamp.Kind.number.rawValue]
        if numbers > 0, numbers < counts.reduce(0, +) {
            warnings.append(
                "\(numbers) times of \(name) are far from the others, as where a time is missing; the first is in "
                    + places[Timestamp.Kind.number.rawValue])
        }
        if counts[Timestamp.Kind.localDate.rawValue] > 0, counts[Timestamp.Kind.zonedDate.rawValue] > 0 {
            warnings.append(
                "dates of \(name) without a zone were taken as UTC, beside others with one; the first is in "
                    + places[Timestamp.Kind.localDate.rawValue])
        }
        return warnings
    }

    private static func words(_ kind: Timestamp.Kind) -> String {
        switch kind {
        case .number: "plain numbers"
        case .seconds: "seconds since 1970"
        case .milliseconds: "milliseconds since 1970"
        case .microseconds: "microseconds since 1970"
        case .nanoseconds: "nanoseconds since 1970"
        case .localDate, .zonedDate: "dates"
        }
    }
}
