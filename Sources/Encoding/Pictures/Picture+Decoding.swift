import CPictures
import Files
import Foundation

extension Picture {
    /// Reads a JPEG, PNG or WebP file.
    ///
    /// - Throws: ``UserError`` that names the file when it is missing, of another format, damaged, cut off or too large.
    public init(file: URL, options: PictureOptions = PictureOptions()) throws {
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
    public init(bytes: UnsafeRawBufferPointer, name: String, options: PictureOptions = PictureOptions()) throws {
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
