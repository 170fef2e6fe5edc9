import Foundation

/// How new pixels are made of old ones; the numbers are Pillow's and those of `preprocessor_config.json`.
package enum ResizeFilter: Int, Sendable, CaseIterable {
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

/// For each new pixel along one side, which old pixels it is made of and with what weights.
///
/// Weights are whole numbers of 2^-22, as Pillow's are for 8 bit pictures, so sums are exact and the same on every machine.
struct ResizeWeights {
    /// The bits after the point of a weight.
    static let precision: Int32 = 22
    static let one = Int32(1) << precision

    /// The first old pixel of each new one.
    private(set) var starts: [Int] = []
    /// The number of old pixels of each new one.
    private(set) var counts: [Int] = []
    /// The weights, `stride` places for each new pixel.
    private(set) var weights: [Int32] = []
    /// The weight of what lies outside of the picture for each new pixel.
    private(set) var outside: [Int32] = []
    /// The most old pixels of a new one.
    let stride: Int
    /// Whether the new pixels are the old ones.
    let isIdentity: Bool

    /// The old pixels that any new one is made of.
    var sources: Range<Int> {
        let used = starts.indices.filter { counts[$0] > 0 }
        guard let first = used.map({ starts[$0] }).min(), let end = used.map({ starts[$0] + counts[$0] }).max() else {
            return 0..<0
        }
        return first..<end
    }

    /// Computes weights.
    ///
    /// - Parameters:
    ///   - old: the side's old pixels.
    ///   - new: its new ones.
    ///   - range: the new pixels to compute, of 0 to `new`.
    ///   - filter: how new pixels are made.
    ///   - picture: those of the old pixels that are the picture's, which are counted from its first one; the others are outside.
    init(from old: Int, to new: Int, range: Range<Int>, filter: ResizeFilter, picture: Range<Int>) {
        isIdentity = old == new && range == 0..<new && picture == 0..<old
        if old == new || filter == .nearest {
            stride = 1
            let sources = old == new ? Array(range) : Self.nearest(from: old, to: new, range: range)
            for source in sources { append([Self.one], from: source, picture: picture) }
            return
        }
        let scale = Double(old) / Double(new)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        stride = Int(support.rounded(.up)) * 2 + 1
        weights.reserveCapacity(range.count * stride)
        for pixel in range {
            let center = (Double(pixel) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let count = min(old, Int(center + support + 0.5)) - start
            var window: [Double] = []
            var sum = 0.0
            for index in 0..<count {
                window.append(filter.weight(at: (Double(index + start) - center + 0.5) * (1 / filterScale)))
                sum += window[index]
            }
            let fixed = window.map { weight in
                let scaled = (sum == 0 ? weight : weight / sum) * Double(Self.one)
                return Int32(scaled + (scaled < 0 ? -0.5 : 0.5))
            }
            append(fixed, from: start, picture: picture)
        }
    }

    /// Adds a new pixel that is made of a window of old ones.
    private mutating func append(_ window: [Int32], from start: Int, picture: Range<Int>) {
        let before = min(max(0, picture.lowerBound - start), window.count)
        let end = max(before, min(window.count, picture.upperBound - start))
        let inside = window[before..<end]
        starts.append(inside.isEmpty ? 0 : start + before - picture.lowerBound)
        counts.append(inside.count)
        outside.append(window.reduce(0, &+) &- inside.reduce(0, &+))
        weights.append(contentsOf: inside)
        weights.append(contentsOf: repeatElement(0, count: stride - inside.count))
    }

    /// The old pixel of each new one of a range. Places are added up step by step as Pillow does, with its rounding.
    private static func nearest(from old: Int, to new: Int, range: Range<Int>) -> [Int] {
        let scale = Double(old) / Double(new)
        var place = scale * 0.5
        var sources: [Int] = []
        for pixel in 0..<range.upperBound {
            if pixel >= range.lowerBound { sources.append(min(Int(place), old - 1)) }
            place += scale
        }
        return sources
    }
}
