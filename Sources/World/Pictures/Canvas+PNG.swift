import Foundation
import Pictures

extension Canvas {
    /// The picture as the bytes of a PNG file.
    func png() throws -> Data { try Picture(width: width, height: height, pixels: pixels).png() }
}
