/// The first directory of a TIFF file, as EXIF data are, read for one tag the way that Pillow does.
struct ExifDirectory {
    /// What is found under the tag.
    enum Found {
        /// No such tag, or none whose value is there.
        case missing
        /// The tag, whose value may be no orientation.
        case found(Orientation?)
    }

    private let bytes: UnsafeRawBufferPointer
    private let isLittle: Bool
    private let start: Int
    private static let orientationTag = 0x0112

    /// Reads the header; nil where it is none.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8 else { return nil }
        let isLittle = bytes[0] == 0x49
        guard bytes[0] == bytes[1], isLittle || bytes[0] == 0x4D else { return nil }
        let version = (bytes[2], bytes[3])
        // The wrong order of the version's bytes is common. 43 is the form with numbers of 64 bits, which a header of 8 bytes cannot have.
        guard version == (0, 42) || version == (42, 0) || !isLittle && version == (0, 43) else { return nil }
        self.bytes = bytes
        self.isLittle = isLittle
        start = Self.number(bytes[4..<8], isLittle)
    }

    /// The orientation, of the first entry under its tag.
    ///
    /// An entry has 12 bytes: tag, kind, count, and the value or its place. What is cut off ends the directory.
    var orientation: Found {
        guard let count = number(at: start, 2) else { return .missing }
        var size = 0
        for index in 0..<count {
            let entry = start + 2 + index * 12
            guard entry + 12 <= bytes.count, let tag = number(at: entry, 2), let kind = number(at: entry + 2, 2),
                let values = number(at: entry + 4, 4), var place = number(at: entry + 8, 4)
            else { return .missing }
            guard let unit = Self.sizes[kind] else { continue }
            if values * unit > 4 {
                size += values * unit
                guard size <= bytes.count else { continue }
                guard place + values * unit <= bytes.count else { return .missing }
            } else {
                place = entry + 8
            }
            guard tag == Self.orientationTag, values > 0 else { continue }
            return .found(value(of: kind, at: place).flatMap(Orientation.init(rawValue:)))
        }
        return .missing
    }

    /// Bytes per value of each kind of value.
    private static let sizes = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
    ]

    /// A value that is a number, where that is whole and not negative; texts and plain bytes are none.
    private func value(of kind: Int, at place: Int) -> UInt16? {
        switch kind {
        case 3, 4, 13, 16: return number(at: place, Self.sizes[kind]!).flatMap { UInt16(exactly: $0) }
        case 6, 8, 9:
            let size = Self.sizes[kind]!
            guard let bits = number(at: place, size), bits < 1 << (size * 8 - 1) else { return nil }
            return UInt16(exactly: bits)
        case 5, 10:
            guard let above = number(at: place, 4), let below = number(at: place + 4, 4) else { return nil }
            let (numerator, denominator) =
                kind == 5 ? (above, below) : (Int(Int32(truncatingIfNeeded: above)), Int(Int32(truncatingIfNeeded: below)))
            guard denominator != 0, numerator % denominator == 0 else { return nil }
            return UInt16(exactly: numerator / denominator)
        case 11: return number(at: place, 4).flatMap { UInt16(exactly: Float(bitPattern: UInt32($0))) }
        case 12: return number(at: place, 8).flatMap { UInt16(exactly: Double(bitPattern: UInt64(bitPattern: Int64($0)))) }
        default: return nil
        }
    }

    private func number(at place: Int, _ count: Int) -> Int? {
        guard place >= 0, place + count <= bytes.count else { return nil }
        return Self.number(bytes[place..<place + count], isLittle)
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>, _ isLittle: Bool) -> Int {
        let bits = (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(truncatingIfNeeded: bits)
    }
}
