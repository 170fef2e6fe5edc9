import Foundation

extension Canvas {
    /// The picture in a file's bytes.
    func png() throws -> Data { Data("P6 \(width) \(height) 255\n".utf8) + Data(pixels) }
}
