import Foundation

/// What stands behind a thing. It is told by its form: the tint of the wall varies from picture to picture.
enum Backdrop: Int, CaseIterable, Sendable {
    case wall, sun, arch, hills, window, stripes

    /// The colour at a point of the picture, which goes from -1 to 1 and downwards.
    func colour(at point: SIMD2<Float>, tint: RGB, pixel: Float) -> RGB {
        func cover(_ distance: Float) -> Float { min(1, max(0, 0.5 - distance / pixel)) }
        let wall = tint.scaled(1 - 0.04 * point.y)
        let floor = tint.scaled(0.82)
        let light = tint.mixed(RGB(1, 1, 1), 0.6)
        let dark = tint.scaled(0.88)
        var colour = wall
        switch self {
        case .wall: break
        case .sun: colour = colour.mixed(light, cover((point - SIMD2(0.25, -0.25)).length - 0.62))
        case .arch:
            let top = (point - SIMD2(0, -0.2)).length - 0.68
            colour = colour.mixed(light, cover(point.y < -0.2 ? top : abs(point.x) - 0.68))
        case .hills:
            colour = colour.mixed(light, cover(-0.1 - 0.22 * sin(point.x * 3.2 + 1) - point.y))
            colour = colour.mixed(dark, cover(0.2 + 0.16 * sin(point.x * 4 - 1) - point.y))
        case .window:
            let frame = max(abs(point.x) - 0.62, abs(point.y + 0.2) - 0.6)
            let bars = max(0.05 - abs(point.x), 0.05 - abs(point.y + 0.2))
            colour = colour.mixed(light, cover(max(frame, bars)))
        case .stripes:
            let position = (point.x + point.y * 0.6) / 0.5
            colour = colour.mixed(dark, cover(abs(position - position.rounded()) * 0.5 - 0.115))
        }
        return colour.mixed(floor, cover(0.62 - point.y))
    }
}

extension SIMD2<Float> {
    /// The Euclidean length.
    var length: Float { (x * x + y * y).squareRoot() }
}
