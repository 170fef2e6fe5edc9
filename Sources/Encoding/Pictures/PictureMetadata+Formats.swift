import CZlib

extension PictureMetadata {
    /// Reads the segments of a JPEG file before its pixels: several of EXIF are one after the other, of XMP the last one counts.
    ///
    /// Fill bytes and what is no segment may be between segments, as in Pillow.
    init(jpeg bytes: UnsafeRawBufferPointer) {
        var position = 2
        while position + 1 < bytes.count {
            guard bytes[position] == 0xFF else {
                position += 1
                continue
            }
            let marker = bytes[position + 1]
            switch marker {
            case 0x00:
                position += 2
                continue
            case 0xFF:
                position += 1
                continue
            case 0x01...0xBF:
                isBroken = true
                return
            case 0xC8, 0xD0...0xD9, 0xF0...0xFD:
                position += 2
                continue
            default: break
            }
            guard marker != 0xDA, position + 4 <= bytes.count else { return }
            let length = max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
            let end = position + 2 + length
            guard end <= bytes.count else {
                isBroken = true
                return
            }
            let segment = UnsafeRawBufferPointer(rebasing: bytes[position + 4..<end])
            if marker == 0xE1 { addSegment(segment) }
            position = end
        }
    }

    private mutating func addSegment(_ segment: UnsafeRawBufferPointer) {
        let name = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
        if segment.starts(with: Self.mark) {
            exif = (exif ?? Self.mark) + segment.dropFirst(Self.mark.count)
        } else if segment.starts(with: name) {
            xmp = [Array(segment.dropFirst(name.count))]
        }
    }

    /// Reads the chunks of a PNG file, before and after its pixels: length (big-endian) and name, the body, a checksum.
    init(png bytes: UnsafeRawBufferPointer) {
        // The text of the name that counts first, and the bytes under the other.
        var text: [UInt8] = []
        var raw: [UInt8] = []
        var position = 8
        while position + 8 <= bytes.count {
            let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            let start = position + 8
            guard length <= bytes.count - start else { break }
            let body = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            let name = String(decoding: bytes[position + 4..<start], as: UTF8.self)
            if name == "eXIf" { exif = Self.mark + body }
            if name == "IEND" { break }
            if let entry = Self.text(name, body) {
                switch String(decoding: entry.key, as: UTF8.self) {
                case "exif":
                    // Only plain text is taken for EXIF data; the other kinds of text are none, and Pillow stops at them.
                    isBroken = name != "tEXt"
                    exif = entry.value
                case "Raw profile type exif": if entry.isText { profile = entry.value }
                case "XML:com.adobe.xmp":
                    if entry.isText { text = entry.value }
                    if name == "iTXt" { raw = entry.value }
                default: break
                }
            }
            position = start + length + 4
        }
        xmp = [text, raw]
    }

    /// The key and the text of a chunk; nil for one that holds none.
    private static func text(
        _ name: String, _ body: UnsafeRawBufferPointer
    ) -> (key: [UInt8], value: [UInt8], isText: Bool)? {
        guard ["tEXt", "zTXt", "iTXt"].contains(name), let end = body.firstIndex(of: 0) else { return nil }
        let key = Array(body[..<end])
        let rest = UnsafeRawBufferPointer(rebasing: body[(end + 1)...])
        switch name {
        case "tEXt": return (key, Array(rest), true)
        case "zTXt":
            guard rest.first == 0 else { return nil }
            return (key, inflate(UnsafeRawBufferPointer(rebasing: rest[1...])) ?? [], true)
        default:
            // Whether and how it is packed, then a language and a translated key.
            guard rest.count >= 2 else { return nil }
            let parts = rest[2...].split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            var value = Array(parts[2])
            if rest[0] != 0 {
                guard rest[1] == 0, let plain = value.withUnsafeBytes(inflate) else { return nil }
                value = plain
            }
            let isText = [Array(parts[0]), Array(parts[1]), value].allSatisfy { String(validating: $0, as: UTF8.self) != nil }
            return (key, value, isText)
        }
    }

    /// The bytes that zlib packed; nil where they are damaged, or more than a megabyte.
    private static func inflate(_ packed: UnsafeRawBufferPointer) -> [UInt8]? {
        let most = 1 << 20
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var whole = true
        let plain = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            stream.next_in = UnsafeMutablePointer(mutating: packed.assumingMemoryBound(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(clamping: packed.count)
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(most)
            let result = CZlib.inflate(&stream, Z_SYNC_FLUSH)
            whole = result == Z_STREAM_END || (result == Z_OK || result == Z_BUF_ERROR) && stream.avail_in == 0
            count = whole ? most - Int(stream.avail_out) : 0
        }
        return whole ? plain : nil
    }

    /// Reads the chunks of a WebP file: name and length (little-endian), the body, a byte where its length is odd. The first chunk of a
    /// file that has them says which are there.
    init(webp bytes: UnsafeRawBufferPointer) {
        var position = 12
        var flags: UInt8 = 0
        while position + 8 <= bytes.count {
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)))
            let start = position + 8
            guard length <= bytes.count - start else { return }
            let name = bytes[position..<position + 4]
            if position == 12 {
                guard name.elementsEqual("VP8X".utf8), length >= 10 else { return }
                flags = bytes[start]
            } else if length > 0, flags & 0x08 != 0, exif == nil, name.elementsEqual("EXIF".utf8) {
                exif = Array(bytes[start..<start + length])
            } else if length > 0, flags & 0x04 != 0, xmp.isEmpty, name.elementsEqual("XMP ".utf8) {
                xmp = [Array(bytes[start..<start + length])]
            }
            position = start + length + length % 2
        }
    }
}
