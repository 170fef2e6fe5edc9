import CPictures
import Files
package import Foundation

/// A picture in memory: 8 bits each of red, green and blue.
package struct Picture: Sendable, Equatable {
    /// The number of columns, at least 1.
    package let width: Int
    /// The number of rows, at least 1.
    package let height: Int
    /// The pixels: height x width x 3, rows from the top.
    package let pixels: [UInt8]

    /// Makes a picture of pixels: height x width x 3, rows from the top.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        precondition(pixels.count == width * height * 3, "\(pixels.count) bytes are not \(height) x \(width) x 3")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// A size in pixels.
package struct PictureSize: Sendable, Equatable {
    /// The number of rows.
    package var height: Int
    /// The number of columns.
    package var width: Int

    /// Makes a size.
    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }
}

/// A picture resized and cropped for an encoder, still as bytes: a quarter of the memory of the encoder's input.
package struct ScaledPicture: Sendable {
    /// What is seen of the resized picture.
    let seen: Picture
    /// The place of its first pixel in the input.
    let left: Int
    let top: Int
    /// What the picture covers of the input with the margin of a crop.
    let window: PictureSize

    /// Bytes that it takes.
    package var byteCount: Int { seen.pixels.count }
}

extension Picture {
    /// The picture upright, when it was taken with this orientation.
    func turned(from orientation: Orientation) -> Picture {
        if orientation == .upright { return self }
        // The old pixel of the new first one, and how far the old pixels of a new row and column lie apart.
        let last = width * height - 1
        let (start, across, down) =
            switch orientation {
            case .upright: (0, 1, width)
            case .mirrored: (width - 1, -1, width)
            case .upsideDown: (last, -1, -width)
            case .mirroredUpsideDown: (last - width + 1, 1, -width)
            case .transposed: (0, width, 1)
            case .turnedLeft: (last - width + 1, -width, 1)
            case .transposedUpsideDown: (last, -width, -1)
            case .turnedRight: (width - 1, width, -1)
            }
        let size = orientation.swapsSides ? (width: height, height: width) : (width: width, height: height)
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { turned, count in
            pixels.withUnsafeBufferPointer { pixels in
                for y in 0..<size.height {
                    for x in 0..<size.width {
                        let source = (start + y * down + x * across) * 3
                        for channel in 0..<3 { turned[(y * size.width + x) * 3 + channel] = pixels[source + channel] }
                    }
                }
            }
            count = pixels.count
        }
        return Picture(width: size.width, height: size.height, pixels: turned)
    }
}

extension Picture {
    /// The picture as the bytes of a JPEG file.
    ///
    /// - Parameter quality: 1 (smallest) to 100 (best); default 90.
    /// - Throws: ``UserError`` when a side has more pixels than a JPEG can have, or memory runs out.
    package func jpeg(quality: Int = 90) throws -> Data {
        precondition((1...100).contains(quality), "a JPEG's quality is 1 to 100")
        return try encode(as: .jpeg) { pixels, file in
            picture_encode_jpeg(pixels, UInt32(width), UInt32(height), Int32(quality), file)
        }
    }

    /// The picture as the bytes of a PNG file: without loss.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    package func png() throws -> Data {
        try encode(as: .png) { pixels, file in picture_encode_png(pixels, UInt32(width), UInt32(height), file) }
    }

    private func encode(
        as format: PictureFormat, _ encode: (UnsafePointer<UInt8>, UnsafeMutablePointer<picture_file>) -> Void
    ) throws -> Data {
        var file = picture_file()
        pixels.withUnsafeBufferPointer { encode($0.baseAddress!, &file) }
        defer { picture_free(file.bytes) }
        guard file.status == PICTURE_OK.rawValue, let bytes = file.bytes else {
            let message = withUnsafeBytes(of: file.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw UserError("could not write a \(format.rawValue) of \(width) x \(height) pixels: \(message)")
        }
        return Data(bytes: bytes, count: file.count)
    }
}
