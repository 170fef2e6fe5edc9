import Foundation

/// The pattern on a thing.
enum Pattern: Int, CaseIterable, Sendable {
    case plain, stripes, dots, checks, zigzag, halves

    /// How much of the pattern's second colour shows at a point of the thing: 0 to 1, with soft edges.
    ///
    /// - Parameters:
    ///   - point: in the thing's own coordinates, where the thing fills about -1...1.
    ///   - pixel: the width of a pixel in those coordinates.
    func share(at point: SIMD2<Float>, pixel: Float) -> Float {
        /// 1 inside, where the distance to the edge is negative.
        func cover(_ distance: Float) -> Float { min(1, max(0, 0.5 - distance / pixel)) }
        /// The distance to the nearest middle of bands that lie `period` apart.
        func wave(_ value: Float, _ period: Float) -> Float {
            let position = value / period
            return abs(position - position.rounded()) * period
        }
        switch self {
        case .plain: return 0
        case .stripes: return cover(wave(point.x, 0.32) - 0.07)
        case .dots:
            let row = (point.y / 0.27).rounded()
            let shift: Float = Int(row) % 2 == 0 ? 0 : 0.155
            let x = wave(point.x + shift, 0.31)
            let y = point.y - row * 0.27
            return cover((x * x + y * y).squareRoot() - 0.085)
        case .checks:
            return 0.5 * cover(wave(point.x, 0.36) - 0.09) + 0.5 * cover(wave(point.y, 0.36) - 0.09)
        case .zigzag: return cover(wave(point.y + wave(point.x, 0.36) * 1.1, 0.36) - 0.075)
        case .halves: return cover(0.12 - point.y)
        }
    }
}
