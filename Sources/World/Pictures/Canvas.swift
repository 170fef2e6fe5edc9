/// A picture of red, green and blue bytes, row after row.
public struct Canvas: Equatable, Sendable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Three bytes for each pixel, the top row first.
    public private(set) var pixels: [UInt8]

    /// A black picture.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: 0, count: width * height * 3)
    }

    /// Paints a pixel.
    mutating func set(_ colour: RGB, column: Int, row: Int) {
        let start = (row * width + column) * 3
        let bytes = (colour.values.clamped(lowerBound: .zero, upperBound: .one) * 255).rounded(.toNearestOrAwayFromZero)
        pixels[start] = UInt8(bytes[0])
        pixels[start + 1] = UInt8(bytes[1])
        pixels[start + 2] = UInt8(bytes[2])
    }
}
