import CPictures
import Files
import Foundation

extension Picture {
    /// The picture as the bytes of a JPEG file.
    ///
    /// - Parameter quality: 1 (smallest) to 100 (best); default 90.
    /// - Throws: ``UserError`` when a side has more pixels than a JPEG can have, or memory runs out.
    public func jpeg(quality: Int = 90) throws -> Data {
        precondition((1...100).contains(quality), "a JPEG's quality is 1 to 100")
        return try encode(as: .jpeg) { pixels, file in
            picture_encode_jpeg(pixels, UInt32(width), UInt32(height), Int32(quality), file)
        }
    }

    /// The picture as the bytes of a PNG file: without loss.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    public func png() throws -> Data {
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
