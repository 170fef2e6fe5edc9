/// A picture in memory: 8 bits each of red, green and blue.
public struct Picture: Sendable, Equatable {
    /// The number of columns, at least 1.
    public let width: Int
    /// The number of rows, at least 1.
    public let height: Int
    /// The pixels: height x width x 3, rows from the top.
    public let pixels: [UInt8]

    /// Makes a picture of pixels: height x width x 3, rows from the top.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        precondition(pixels.count == width * height * 3, "\(pixels.count) bytes are not \(height) x \(width) x 3")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
