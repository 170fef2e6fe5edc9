import Foundation

/// How new pixels are made of old ones; the numbers are Pillow's and those of `preprocessor_config.json`.
public enum ResizeFilter: Int, Sendable, CaseIterable {
    /// The one old pixel under the new pixel's centre.
    case nearest = 0
    /// Lanczos' windowed sinc over 3 pixels to each side.
    case lanczos = 1
    /// A triangle over 1 pixel to each side.
    case bilinear = 2
    /// A cubic (a = -0.5) over 2 pixels to each side.
    case bicubic = 3
    /// The mean of the old pixels under the new one.
    case box = 4
    /// Hamming's windowed sinc over 1 pixel to each side.
    case hamming = 5

    /// How far from its centre the filter reaches, in pixels of the coarser picture.
    var support: Double {
        switch self {
        case .nearest, .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The filter's weight at a distance from its centre.
    func weight(at distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .nearest, .box: return distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear: return x < 1 ? 1 - x : 0
        case .hamming:
            if x == 0 { return 1 }
            // Pillow's two constants have single precision only.
            let window = Double(Float(0.54)) + Double(Float(0.46)) * cos(x * .pi)
            return x < 1 ? sin(x * .pi) / (x * .pi) * window : 0
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        case .lanczos: return distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
        }
    }

    private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}
