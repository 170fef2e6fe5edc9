/// How a camera was held, as EXIF numbers it.
enum Orientation: UInt16 {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case mirroredUpsideDown = 4
    case transposed = 5
    case turnedLeft = 6
    case transposedUpsideDown = 7
    case turnedRight = 8

    /// Whether rows and columns change places.
    var swapsSides: Bool { rawValue >= Orientation.transposed.rawValue }

    /// The orientation that Pillow's `ImageOps.exif_transpose` finds in a file: that of the EXIF data, or where these lack the tag,
    /// of the XMP text. Upright where there is none or what there is cannot be read.
    init(_ bytes: UnsafeRawBufferPointer, format: PictureFormat) {
        let metadata =
            switch format {
            case .jpeg: PictureMetadata(jpeg: bytes)
            case .png: PictureMetadata(png: bytes)
            case .webp: PictureMetadata(webp: bytes)
            }
        self = metadata.orientation ?? .upright
    }
}

/// What a picture's file says about it beside its pixels, as far as that tells how it is to be turned.
struct PictureMetadata {
    /// The EXIF data: a TIFF file without pixels, which may follow a mark.
    var exif: [UInt8]?
    /// The EXIF data as text of hexadecimal digits, with three lines before them.
    var profile: [UInt8]?
    /// XMP, a text of XML: under the name that counts first, and under the other.
    var xmp: [[UInt8]] = []
    /// Whether something is of a form at which Pillow stops.
    var isBroken = false

    /// The orientation that the tag 0x0112 names; nil where no number of one is found.
    var orientation: Orientation? {
        guard !isBroken else { return nil }
        var data = exif
        if data == nil, let profile {
            guard let digits = Self.bytes(ofProfile: profile) else { return nil }
            data = digits
        }
        var bytes = (data ?? [])[...]
        for _ in 0..<2 where bytes.starts(with: Self.mark) { bytes = bytes.dropFirst(Self.mark.count) }
        if !bytes.isEmpty {
            switch bytes.withUnsafeBytes({ ExifDirectory($0)?.orientation }) {
            case nil: return nil
            case .found(let orientation)?: return orientation
            case .missing?: break
            }
        }
        return xmp.first { !$0.isEmpty }.flatMap(Self.orientation(ofXMP:))
    }

    /// What EXIF data begin with outside of a PNG.
    static let mark = Array("Exif\0\0".utf8)

    /// The digit after the first `tiff:Orientation="` or `tiff:Orientation>` that one follows.
    private static func orientation(ofXMP text: [UInt8]) -> Orientation? {
        let name = Array("tiff:Orientation".utf8)
        var rest = text[...]
        while let start = rest.firstIndex(of: name[0]) {
            rest = rest[start...]
            guard rest.starts(with: name) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(name.count)
            let after = rest.starts(with: Array("=\"".utf8)) ? 2 : rest.first == UInt8(ascii: ">") ? 1 : 0
            if after > 0, let digit = rest.dropFirst(after).first, (0x30...0x39).contains(digit) {
                return Orientation(rawValue: UInt16(digit - 0x30))
            }
        }
        return nil
    }

    /// The bytes that a profile's digits stand for; nil where they are none.
    private static func bytes(ofProfile text: [UInt8]) -> [UInt8]? {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // White space may be between bytes, not between the digits of one.
        let digits = lines.dropFirst(3).joined()
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in digits {
            if high == nil, character == 0x20 || (0x09...0x0D).contains(character) { continue }
            guard character < 0x80, let digit = Character(Unicode.Scalar(character)).hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : nil
    }
}

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
