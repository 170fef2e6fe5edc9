/// A thing as drawn: shapes from back to front.
struct Glyph: Sendable {
    /// What a part is painted with.
    enum Paint: Sendable {
        /// The item's colour and pattern.
        case body
        /// The item's colour, plain and darker.
        case trim
        case cream, ink, wood, metal, leaf, glow
    }

    /// A shape and its paint.
    struct Part: Sendable {
        var paint: Paint
        var shape: Shape

        init(_ paint: Paint, _ shape: Shape) {
            self.paint = paint
            self.shape = shape
        }
    }

    /// The parts, the furthest back first, in coordinates from -1 to 1 that go right and down.
    var parts: [Part]

    /// The drawings, by the kind's index.
    static let all: [Glyph] = Kind.allCases.map { Glyph(parts: parts(of: $0)) }

    private static func parts(of kind: Kind) -> [Part] {
        switch kind {
        case .mug: mug
        case .teapot: teapot
        case .vase: vase
        case .bowl: bowl
        case .lamp: lamp
        case .armchair: armchair
        case .cushion: cushion
        case .clock: clock
        case .jumper: jumper
        case .boot: boot
        case .hat: hat
        case .tote: tote
        case .backpack: backpack
        case .umbrella: umbrella
        case .notebook: notebook
        case .plant: plant
        }
    }
}

/// A point of a drawing.
func at(_ x: Float, _ y: Float) -> SIMD2<Float> { SIMD2(x, y) }
