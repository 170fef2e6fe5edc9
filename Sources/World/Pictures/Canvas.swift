import Foundation
import Pictures

/// A picture of red, green and blue bytes, row after row.
package struct Canvas: Equatable, Sendable {
    /// Columns.
    package let width: Int
    /// Rows.
    package let height: Int
    /// Three bytes for each pixel, the top row first.
    package private(set) var pixels: [UInt8]

    /// A black picture.
    package init(width: Int, height: Int) {
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

extension Canvas {
    /// The picture as the bytes of a PNG file.
    func png() throws -> Data { try Picture(width: width, height: height, pixels: pixels).png() }
}

/// The main colour of a thing.
enum Colour: Int, CaseIterable, Sendable {
    case red, orange, yellow, green, teal, blue, purple, pink, brown, charcoal

    /// The colour as paint.
    var paint: RGB {
        switch self {
        case .red: RGB(0xD1343C)
        case .orange: RGB(0xF08A2C)
        case .yellow: RGB(0xF3CB3A)
        case .green: RGB(0x4C9A4A)
        case .teal: RGB(0x2FA5A0)
        case .blue: RGB(0x3467C2)
        case .purple: RGB(0x7D4BB0)
        case .pink: RGB(0xEE86AE)
        case .brown: RGB(0x8A5A3A)
        case .charcoal: RGB(0x474B57)
        }
    }
}

/// A colour whose parts go from 0 to 1.
struct RGB: Equatable, Sendable {
    var values: SIMD3<Float>

    init(_ red: Float, _ green: Float, _ blue: Float) { values = SIMD3(red, green, blue) }

    /// A colour as written on the web: `0xRRGGBB`.
    init(_ hex: Int) {
        self.init(Float(hex >> 16 & 255) / 255, Float(hex >> 8 & 255) / 255, Float(hex & 255) / 255)
    }

    /// The colour with a share of another mixed in.
    func mixed(_ other: RGB, _ share: Float) -> RGB {
        var result = self
        result.values += (other.values - values) * share
        return result
    }

    /// The colour made lighter (above 1) or darker (below 1).
    func scaled(_ factor: Float) -> RGB {
        var result = self
        result.values *= factor
        return result
    }

    static let cream = RGB(0xFFF6E3)
    static let ink = RGB(0x2B2A33)
}
