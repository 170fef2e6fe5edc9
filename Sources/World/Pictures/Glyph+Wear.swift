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
