import Foundation

/// Draws an item: its glyph in its colour and pattern before its backdrop, a little different each time.
struct ItemPicture {
    private let attributes: ItemAttributes
    private let glyph: Glyph
    private let size: Int
    private let main: RGB
    private let second: RGB
    private let tint: RGB
    private let middle: SIMD2<Float>
    private let scale: Float
    private let sine: Float
    private let cosine: Float
    private let mirrored: Bool

    init(_ attributes: ItemAttributes, size: Int, random: inout SeededRandom) {
        func vary(_ amount: Double) -> Float { Float(random.uniform(-amount...amount)) }
        self.attributes = attributes
        self.size = size
        glyph = Glyph.all[attributes[.kind]]
        main = RGB(
            attributes.colour.paint.values[0] + vary(0.035), attributes.colour.paint.values[1] + vary(0.035),
            attributes.colour.paint.values[2] + vary(0.035)
        ).scaled(1 + vary(0.06))
        second = RGB.cream.scaled(1 + vary(0.04))
        tint = Self.tints[random.index(Self.tints.count)].scaled(1 + vary(0.04))
        middle = SIMD2(vary(0.09), 0.06 + vary(0.07))
        scale = 0.66 * (1 + vary(0.12))
        let angle = vary(0.16)
        sine = sin(angle)
        cosine = cos(angle)
        mirrored = random.index(2) == 1
    }

    private static let tints = [0xE9DCC9, 0xCFE3EA, 0xF2D5D0, 0xD5E6D2, 0xDCD6EA, 0xF3E7B8].map { RGB($0) }

    /// The finished picture.
    func draw() -> Canvas {
        var canvas = Canvas(width: size, height: size)
        let pixel = 2 / Float(size)
        for row in 0..<size {
            for column in 0..<size {
                let point = SIMD2((Float(column) + 0.5) * pixel - 1, (Float(row) + 0.5) * pixel - 1)
                canvas.set(colour(at: point, pixel: pixel), column: column, row: row)
            }
        }
        return canvas
    }

    private func colour(at point: SIMD2<Float>, pixel: Float) -> RGB {
        var colour = attributes.backdrop.colour(at: point, tint: tint, pixel: pixel)
        let shadow = ((point - middle - SIMD2(0, scale * 0.92)) / SIMD2(scale * 0.95, scale * 0.2)).length
        colour = colour.scaled(1 - 0.22 * max(0, 1 - shadow))
        let offset = point - middle
        var own = SIMD2(cosine * offset.x + sine * offset.y, cosine * offset.y - sine * offset.x) / scale
        if mirrored { own.x = -own.x }
        guard abs(own.x) < 1.15, abs(own.y) < 1.15 else { return colour }
        let ownPixel = pixel / scale
        for part in glyph.parts {
            let distance = part.shape.distance(own)
            let cover = min(1, max(0, 0.5 - distance / ownPixel))
            guard cover > 0 else { continue }
            // A rim of a darker shade keeps pale things apart from pale walls.
            let rim = 0.35 * min(1, max(0, 1 + distance / 0.07))
            let paint = paint(part.paint, at: own, pixel: ownPixel).scaled(1.06 - 0.14 * (mirrored ? -own.x : own.x))
            colour = colour.mixed(paint.scaled(1 - rim), cover)
        }
        return colour
    }

    private func paint(_ paint: Glyph.Paint, at point: SIMD2<Float>, pixel: Float) -> RGB {
        switch paint {
        case .body: main.mixed(second, 0.92 * attributes.pattern.share(at: point, pixel: pixel))
        case .trim: main.scaled(0.72)
        case .cream: .cream
        case .ink: .ink
        case .wood: RGB(0xB98352)
        case .metal: RGB(0xA9A59C)
        case .leaf: RGB(0x5E8F55)
        case .glow: RGB(0xFFE39A)
        }
    }
}
