/// Things for the house.
extension Glyph {
    static let mug: [Part] = [
        Part(.trim, .ring(at(0.42, 0.15), 0.3, 0.09)),
        Part(.body, .box(at(-0.12, 0.15), at(0.52, 0.65), 0.14)),
        Part(.ink, .ellipse(at(-0.12, -0.44), at(0.44, 0.09))),
    ]

    static let teapot: [Part] = [
        Part(.trim, .ring(at(-0.62, 0.15), 0.32, 0.08)),
        Part(.trim, .polygon([at(0.3, 0.3), at(0.85, -0.35), at(0.95, -0.3), at(0.55, 0.6)], 0.04)),
        Part(.body, .ellipse(at(0, 0.2), at(0.66, 0.58))),
        Part(.trim, .ellipse(at(0, -0.36), at(0.34, 0.13))),
        Part(.wood, .circle(at(0, -0.56), 0.1)),
    ]

    static let vase: [Part] = [
        Part(
            .leaf,
            .union([
                .line(at(0, -0.3), at(-0.36, -0.72), 0.03), .line(at(0, -0.3), at(0.02, -0.85), 0.03),
                .line(at(0, -0.3), at(0.38, -0.66), 0.03),
            ])),
        Part(.glow, .union([.circle(at(-0.4, -0.76), 0.13), .circle(at(0.02, -0.88), 0.12), .circle(at(0.42, -0.7), 0.13)])),
        Part(
            .body,
            .polygon(
                [
                    at(-0.2, -0.45), at(0.2, -0.45), at(0.16, -0.2), at(0.46, 0.2), at(0.44, 0.5), at(0.24, 0.8),
                    at(-0.24, 0.8),
                    at(-0.44, 0.5), at(-0.46, 0.2), at(-0.16, -0.2),
                ], 0.06)),
    ]

    static let bowl: [Part] = [
        Part(.trim, .box(at(0, 0.68), at(0.3, 0.1), 0.05)),
        Part(.body, .common(.ellipse(at(0, -0.15), at(0.86, 0.82)), .box(at(0, 0.45), at(1, 0.6), 0))),
        Part(.trim, .ellipse(at(0, -0.15), at(0.86, 0.16))),
        Part(.cream, .ellipse(at(0, -0.14), at(0.72, 0.1))),
    ]

    static let lamp: [Part] = [
        Part(.metal, .box(at(0, 0.25), at(0.06, 0.55), 0.03)),
        Part(.metal, .ellipse(at(0, 0.8), at(0.4, 0.12))),
        Part(.glow, .ellipse(at(0, 0.02), at(0.5, 0.16))),
        Part(.body, .polygon([at(-0.34, -0.8), at(0.34, -0.8), at(0.66, 0), at(-0.66, 0)], 0.05)),
    ]

    static let armchair: [Part] = [
        Part(.wood, .union([.box(at(-0.5, 0.78), at(0.07, 0.2), 0.03), .box(at(0.5, 0.78), at(0.07, 0.2), 0.03)])),
        Part(.body, .box(at(0, -0.2), at(0.58, 0.65), 0.26)),
        Part(.trim, .box(at(0, 0.38), at(0.56, 0.2), 0.1)),
        Part(.body, .union([.box(at(-0.66, 0.28), at(0.18, 0.42), 0.16), .box(at(0.66, 0.28), at(0.18, 0.42), 0.16)])),
    ]

    static let cushion: [Part] = [
        Part(
            .body,
            .polygon(
                [
                    at(-0.72, -0.66), at(-0.3, -0.58), at(0.3, -0.58), at(0.72, -0.66), at(0.64, -0.2), at(0.64, 0.25),
                    at(0.72, 0.7),
                    at(0.3, 0.62), at(-0.3, 0.62), at(-0.72, 0.7), at(-0.64, 0.25), at(-0.64, -0.2),
                ], 0.1)),
        Part(.trim, .circle(at(0, 0.02), 0.08)),
    ]

    static let clock: [Part] = [
        Part(.metal, .union([.circle(at(-0.42, -0.68), 0.22), .circle(at(0.42, -0.68), 0.22)])),
        Part(.wood, .union([.line(at(-0.4, 0.6), at(-0.56, 0.86), 0.07), .line(at(0.4, 0.6), at(0.56, 0.86), 0.07)])),
        Part(.body, .circle(at(0, 0.06), 0.76)),
        Part(.cream, .circle(at(0, 0.06), 0.34)),
        Part(.ink, .union([.line(at(0, 0.06), at(0, -0.18), 0.035), .line(at(0, 0.06), at(0.18, 0.12), 0.035)])),
    ]

    static let plant: [Part] = [
        Part(
            .leaf,
            .union([
                .ellipse(at(0, -0.55), at(0.16, 0.42)), .line(at(-0.05, -0.1), at(-0.42, -0.55), 0.14),
                .line(at(0.05, -0.1), at(0.42, -0.55), 0.14),
            ])),
        Part(.body, .polygon([at(-0.5, 0.05), at(0.5, 0.05), at(0.36, 0.8), at(-0.36, 0.8)], 0.05)),
        Part(.trim, .box(at(0, 0), at(0.62, 0.13), 0.06)),
    ]
}

/// Things to wear and to carry.
extension Glyph {
    static let jumper: [Part] = [
        Part(
            .body,
            .union([
                .polygon([at(-0.4, -0.62), at(-0.86, 0.42), at(-0.62, 0.52), at(-0.26, -0.1)], 0.07),
                .polygon([at(0.4, -0.62), at(0.86, 0.42), at(0.62, 0.52), at(0.26, -0.1)], 0.07),
                .box(at(0, 0.05), at(0.5, 0.72), 0.14),
            ])),
        Part(.trim, .box(at(0, 0.74), at(0.48, 0.09), 0.04)),
        Part(.trim, .ellipse(at(0, -0.64), at(0.26, 0.14))),
    ]

    static let boot: [Part] = [
        Part(
            .body,
            .union([
                .box(at(-0.25, -0.15), at(0.36, 0.7), 0.1), .box(at(0.08, 0.4), at(0.69, 0.32), 0.24),
            ])),
        Part(.ink, .box(at(0.08, 0.74), at(0.74, 0.12), 0.05)),
        Part(.trim, .box(at(-0.25, -0.76), at(0.42, 0.12), 0.05)),
        Part(.cream, .union([.line(at(0, -0.3), at(0.18, -0.34), 0.03), .line(at(0, -0.08), at(0.2, -0.12), 0.03)])),
    ]

    static let hat: [Part] = [
        Part(.trim, .ellipse(at(0, 0.4), at(0.96, 0.24))),
        Part(.body, .common(.ellipse(at(0, 0.36), at(0.58, 0.95)), .box(at(0, -0.2), at(1, 0.62), 0))),
        Part(.ink, .box(at(0, 0.28), at(0.57, 0.09), 0.02)),
    ]

    static let tote: [Part] = [
        Part(.trim, .minus(.ring(at(0, -0.3), 0.36, 0.07), .box(at(0, 0.3), at(1, 0.5), 0))),
        Part(.body, .polygon([at(-0.56, -0.28), at(0.56, -0.28), at(0.66, 0.76), at(-0.66, 0.76)], 0.06)),
    ]

    static let backpack: [Part] = [
        Part(.trim, .ring(at(0, -0.76), 0.16, 0.06)),
        Part(.trim, .union([.box(at(-0.62, 0.3), at(0.14, 0.34), 0.1), .box(at(0.62, 0.3), at(0.14, 0.34), 0.1)])),
        Part(.body, .box(at(0, 0.05), at(0.56, 0.8), 0.34)),
        Part(.trim, .box(at(0, 0.48), at(0.36, 0.24), 0.1)),
        Part(.metal, .box(at(0, 0.34), at(0.1, 0.04), 0.02)),
    ]

    static let umbrella: [Part] = [
        Part(
            .wood,
            .union([
                .box(at(0, 0.2), at(0.045, 0.6), 0.03),
                .minus(.ring(at(0.16, 0.78), 0.16, 0.045), .box(at(0.16, 0.56), at(0.3, 0.22), 0)),
            ])),
        Part(
            .body,
            .minus(
                .common(.circle(at(0, 0), 0.9), .box(at(0, -0.5), at(1, 0.62), 0)),
                .union([.circle(at(-0.6, 0.14), 0.24), .circle(at(0, 0.14), 0.26), .circle(at(0.6, 0.14), 0.24)]))),
        Part(.metal, .box(at(0, -0.92), at(0.04, 0.1), 0.03)),
    ]

    static let notebook: [Part] = [
        Part(.cream, .box(at(0.06, 0.05), at(0.6, 0.8), 0.04)),
        Part(.body, .box(at(0, 0), at(0.6, 0.8), 0.07)),
        Part(.trim, .box(at(-0.48, 0), at(0.12, 0.8), 0.04)),
        Part(.ink, .box(at(0.4, 0), at(0.04, 0.8), 0)),
        Part(.cream, .box(at(0, -0.36), at(0.24, 0.14), 0.03)),
    ]
}
