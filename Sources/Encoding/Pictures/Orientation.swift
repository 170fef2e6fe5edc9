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
        // White space may stand between bytes, not between the digits of one.
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
