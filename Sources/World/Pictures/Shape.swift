import Foundation

/// A flat shape, as the signed distance from its edge: negative inside.
indirect enum Shape: Sendable {
    case circle(SIMD2<Float>, Float)
    case ellipse(SIMD2<Float>, SIMD2<Float>)
    /// A box with its middle, half its sides, and the radius of its corners.
    case box(SIMD2<Float>, SIMD2<Float>, Float)
    /// A thick line with round ends.
    case line(SIMD2<Float>, SIMD2<Float>, Float)
    /// A circle's line: middle, radius, half the thickness.
    case ring(SIMD2<Float>, Float, Float)
    case polygon([SIMD2<Float>], Float)
    case union([Shape])
    case minus(Shape, Shape)
    case common(Shape, Shape)

    /// The distance of a point from the edge; for ellipses near enough.
    func distance(_ point: SIMD2<Float>) -> Float {
        switch self {
        case .circle(let middle, let radius): return (point - middle).length - radius
        case .ellipse(let middle, let radii):
            let scaled = (point - middle) / radii
            let length = scaled.length
            if length < 1e-4 { return -min(radii.x, radii.y) }
            return length * (length - 1) / (scaled / radii).length
        case .box(let middle, let half, let radius):
            let offset = point - middle
            let corner = SIMD2(abs(offset.x), abs(offset.y)) - half + radius
            let outside = SIMD2(max(corner.x, 0), max(corner.y, 0)).length
            return outside + min(max(corner.x, corner.y), 0) - radius
        case .line(let start, let end, let radius): return Self.distance(point, start, end) - radius
        case .ring(let middle, let radius, let half): return abs((point - middle).length - radius) - half
        case .polygon(let corners, let radius): return Self.distance(point, corners) - radius
        case .union(let shapes):
            var nearest = Float.infinity
            for shape in shapes { nearest = min(nearest, shape.distance(point)) }
            return nearest
        case .minus(let shape, let hole): return max(shape.distance(point), -hole.distance(point))
        case .common(let one, let other): return max(one.distance(point), other.distance(point))
        }
    }

    /// The distance from a line between two points.
    private static func distance(_ point: SIMD2<Float>, _ start: SIMD2<Float>, _ end: SIMD2<Float>) -> Float {
        let way = end - start
        let offset = point - start
        let share = min(1, max(0, (offset * way).sum() / (way * way).sum()))
        return (offset - way * share).length
    }

    private static func distance(_ point: SIMD2<Float>, _ corners: [SIMD2<Float>]) -> Float {
        var nearest = Float.infinity
        var inside = false
        var last = corners[corners.count - 1]
        for corner in corners {
            nearest = min(nearest, distance(point, last, corner))
            if (corner.y > point.y) != (last.y > point.y),
                point.x < (last.x - corner.x) * (point.y - corner.y) / (last.y - corner.y) + corner.x
            {
                inside.toggle()
            }
            last = corner
        }
        return inside ? -nearest : nearest
    }
}

/// What is behind a thing. It is recognised by its form: the tint of the wall varies from picture to picture.
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
