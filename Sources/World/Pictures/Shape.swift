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
