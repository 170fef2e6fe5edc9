import CPictures
import Files
package import Foundation

extension Picture {
    /// Reads a JPEG, PNG or WebP file.
    ///
    /// - Throws: ``UserError`` that names the file when it is missing, of another format, damaged, cut off or too large.
    package init(file: URL, options: PictureOptions = PictureOptions()) throws {
        self = try MappedFile(file).withBytes { try Picture(bytes: $0, name: file.path, options: options) }
    }

    /// Decodes the bytes of a JPEG, PNG or WebP file to the pixels that Pillow gives: grey is repeated, palettes are looked up, and what
    /// is transparent shows the options' background (`alpha_composite`), or its own colour where there is none (`convert("RGB")`).
    ///
    /// A PNG of 2, 4 or 16 bits may call one colour transparent: it is compared in these bits, as the format's specification says;
    /// Pillow compares what is left of it in 8.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: the file's name in errors.
    ///   - options: the limit of pixels, whether to turn, the background.
    /// - Throws: ``UserError`` when the bytes are of another format, damaged, cut off or make too large a picture.
    package init(bytes: UnsafeRawBufferPointer, name: String, options: PictureOptions = PictureOptions()) throws {
        guard let format = PictureFormat(bytes) else {
            let known = PictureFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw UserError(
                bytes.isEmpty ? "the file is empty" : "not a picture of a known format (\(known))", at: name,
                remedy: "Convert it to one of: \(known).")
        }
        let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        let most = UInt64(max(0, options.maximumPixels))
        let background = options.background.map { Int32($0.red) << 16 | Int32($0.green) << 8 | Int32($0.blue) } ?? -1
        var result = picture_result()
        switch format {
        case .jpeg: picture_decode_jpeg(start, bytes.count, most, &result)
        case .png: picture_decode_png(start, bytes.count, most, background, &result)
        case .webp: picture_decode_webp(start, bytes.count, most, background, &result)
        }
        defer { picture_free(result.pixels) }
        guard result.status == PICTURE_OK.rawValue, let pixels = result.pixels else {
            throw Self.error(result, format: format, name: name, options: options)
        }
        let width = Int(result.width)
        let height = Int(result.height)
        let picture = Picture(
            width: width, height: height, pixels: Array(UnsafeBufferPointer(start: pixels, count: width * height * 3)))
        self = options.appliesOrientation ? picture.turned(from: Orientation(bytes, format: format)) : picture
    }

    private static func error(
        _ result: picture_result, format: PictureFormat, name: String, options: PictureOptions
    ) -> UserError {
        let message = withUnsafeBytes(of: result.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        switch picture_status(UInt32(result.status)) {
        case PICTURE_TRUNCATED:
            return UserError("the \(format.rawValue) file is cut off: \(message)", at: name, remedy: "Fetch the file again.")
        case PICTURE_TOO_LARGE:
            return UserError(
                """
                the picture has \(result.width) x \(result.height) pixels, allowed are \(options.maximumPixels) \
                and \(PICTURE_LONGEST_SIDE) a side
                """, at: name, remedy: "Scale the picture down, or leave it out.")
        case PICTURE_NO_MEMORY:
            return UserError("not enough memory for \(result.width) x \(result.height) pixels", at: name)
        case PICTURE_UNSUPPORTED:
            return UserError("this kind of \(format.rawValue) is not read: \(message)", at: name, remedy: "Convert it to RGB.")
        default:
            return UserError("the \(format.rawValue) file is damaged: \(message)", at: name, remedy: "Fetch the file again.")
        }
    }
}

/// The formats that are read, distinguished by a file's first bytes and never by its name.
package enum PictureFormat: String, Sendable, CaseIterable {
    /// JPEG: baseline and progressive; grey, colour and four inks.
    case jpeg = "JPEG"
    /// PNG: all kinds.
    case png = "PNG"
    /// WebP: lossy and lossless; of an animation the first frame.
    case webp = "WebP"

    /// The format of a file that begins with these bytes; nil for any other.
    package init?(_ bytes: UnsafeRawBufferPointer) {
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

/// Where a picture's pixels come to lie in an encoder's input.
struct PictureLayout {
    /// The size of the resized picture.
    let resized: PictureSize
    /// The part of the resized picture that is seen.
    let columns: Range<Int>
    let rows: Range<Int>
    /// The place of its first pixel in the input.
    let left: Int
    let top: Int
    /// What the picture covers of the input, from its first pixel on, with the margin of a crop that is larger than the picture.
    /// Beyond it is padding.
    let window: PictureSize

    /// Lays a picture out.
    ///
    /// - Parameters:
    ///   - resized: its size after resizing.
    ///   - crop: the size of the part around its centre that is kept; nil keeps all.
    ///   - output: the size of the input.
    init(resized: PictureSize, crop: PictureSize?, output: PictureSize) {
        let size = crop ?? resized
        window = PictureSize(height: min(size.height, output.height), width: min(size.width, output.width))
        self.resized = resized
        // Where the window begins in the resized picture: before its first pixel where the window is larger.
        let x = (resized.width - size.width) >> 1
        let y = (resized.height - size.height) >> 1
        columns = max(0, x)..<min(resized.width, x + window.width)
        rows = max(0, y)..<min(resized.height, y + window.height)
        left = columns.lowerBound - x
        top = rows.lowerBound - y
    }
}
