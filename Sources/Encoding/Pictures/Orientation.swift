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

    /// The orientation in a file's EXIF block; upright where there is none or it cannot be read.
    init(_ bytes: UnsafeRawBufferPointer, format: PictureFormat) {
        let block =
            switch format {
            case .jpeg: Self.exif(jpeg: bytes)
            case .png: Self.exif(png: bytes)
            case .webp: Self.exif(webp: bytes)
            }
        self = block.flatMap(Self.read) ?? .upright
    }

    /// Looks up the tag 0x0112 in the first directory of a TIFF header, which may follow the mark of EXIF.
    private static func read(exif block: UnsafeRawBufferPointer) -> Orientation? {
        let mark: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
        let bytes = block.starts(with: mark) ? UnsafeRawBufferPointer(rebasing: block[6...]) : block
        guard bytes.count >= 8 else { return nil }
        let isLittle = bytes[0] == 0x49
        func number(at position: Int, bytes count: Int) -> Int? {
            guard position >= 0, position + count <= bytes.count else { return nil }
            let digits = bytes[position..<position + count]
            return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(at: 4, bytes: 4), let count = number(at: directory, bytes: 2) else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + index * 12
            guard let tag = number(at: entry, bytes: 2) else { return nil }
            if tag == 0x0112 { return number(at: entry + 8, bytes: 2).flatMap { Orientation(rawValue: UInt16($0)) } }
        }
        return nil
    }
}
