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
