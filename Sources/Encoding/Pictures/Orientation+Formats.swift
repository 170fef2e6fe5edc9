extension Orientation {
    /// The first EXIF segment of a JPEG file.
    static func exif(jpeg bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let end = position + 2 + length
            // After the start of a scan (DA) come pixels.
            guard marker != 0xDA, length >= 2, end <= bytes.count else { return nil }
            let segment = UnsafeRawBufferPointer(rebasing: bytes[position + 4..<end])
            if marker == 0xE1, segment.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) { return segment }
            position = end
        }
        return nil
    }

    /// The `eXIf` chunk of a PNG file, before or after its pixels: length (big-endian) and name, the body, a checksum.
    static func exif(png bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var position = 8
        while position + 8 <= bytes.count {
            let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            let body = position + 8
            guard length <= bytes.count - body else { return nil }
            if bytes[position + 4..<body].elementsEqual("eXIf".utf8) {
                return UnsafeRawBufferPointer(rebasing: bytes[body..<body + length])
            }
            position = body + length + 4
        }
        return nil
    }

    /// The `EXIF` chunk of a WebP file: name and length (little-endian), the body, a byte where its length is odd.
    static func exif(webp bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var position = 12
        while position + 8 <= bytes.count {
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)))
            let body = position + 8
            guard length <= bytes.count - body else { return nil }
            if bytes[position..<position + 4].elementsEqual("EXIF".utf8) {
                return UnsafeRawBufferPointer(rebasing: bytes[body..<body + length])
            }
            position = body + length + length % 2
        }
        return nil
    }
}
