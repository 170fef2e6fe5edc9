/// The formats that are read, told apart by a file's first bytes and never by its name.
public enum PictureFormat: String, Sendable, CaseIterable {
    /// JPEG: baseline and progressive; grey, colour and four inks.
    case jpeg = "JPEG"
    /// PNG: all kinds.
    case png = "PNG"
    /// WebP: lossy and lossless; of an animation the first frame.
    case webp = "WebP"

    /// The format of a file that begins with these bytes; nil for any other.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        func has(_ magic: [UInt8], at start: Int = 0) -> Bool {
            bytes.count >= start + magic.count && bytes[start..<start + magic.count].elementsEqual(magic)
        }
        if has([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else {
            return nil
        }
    }
}
