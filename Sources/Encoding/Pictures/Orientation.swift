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

    /// The orientation in a JPEG file's EXIF segment; upright where there is none or it cannot be read.
    init(jpeg bytes: UnsafeRawBufferPointer) {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let end = position + 2 + length
            // After the start of a scan (DA) come pixels.
            guard marker != 0xDA, length >= 2, end <= bytes.count else { break }
            let segment = UnsafeRawBufferPointer(rebasing: bytes[position + 4..<end])
            if marker == 0xE1, segment.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
                self = Self.read(tiff: UnsafeRawBufferPointer(rebasing: segment[6...])) ?? .upright
                return
            }
            position = end
        }
        self = .upright
    }

    /// Looks up the tag 0x0112 in the first directory of a TIFF header.
    private static func read(tiff bytes: UnsafeRawBufferPointer) -> Orientation? {
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

extension Picture {
    /// The picture upright, when it was taken with this orientation.
    func turned(from orientation: Orientation) -> Picture {
        if orientation == .upright { return self }
        let size = orientation.swapsSides ? (width: height, height: width) : (width: width, height: height)
        var turned = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let source: (x: Int, y: Int) =
                    switch orientation {
                    case .upright: (x, y)
                    case .mirrored: (width - 1 - x, y)
                    case .upsideDown: (width - 1 - x, height - 1 - y)
                    case .mirroredUpsideDown: (x, height - 1 - y)
                    case .transposed: (y, x)
                    case .turnedLeft: (y, height - 1 - x)
                    case .transposedUpsideDown: (width - 1 - y, height - 1 - x)
                    case .turnedRight: (width - 1 - y, x)
                    }
                for channel in 0..<3 {
                    turned[(y * size.width + x) * 3 + channel] = pixels[(source.y * width + source.x) * 3 + channel]
                }
            }
        }
        return Picture(width: size.width, height: size.height, pixels: turned)
    }
}
