import Foundation

/// For each new pixel along one side, which old pixels it is made of and with what weights.
///
/// Weights are whole numbers of 2^-22, as Pillow's are for 8 bit pictures, so sums are exact and the same on every machine.
struct ResizeWeights {
    /// The bits after the point of a weight.
    static let precision: Int32 = 22

    /// The first old pixel of each new one.
    private(set) var starts: [Int] = []
    /// The number of old pixels of each new one.
    private(set) var counts: [Int] = []
    /// The weights, `stride` places for each new pixel.
    private(set) var weights: [Int32]
    /// The most old pixels of a new one.
    let stride: Int

    /// Computes weights.
    ///
    /// - Parameters:
    ///   - old: the side's old pixels.
    ///   - new: its new ones.
    ///   - range: the new pixels to compute, of 0 to `new`.
    ///   - filter: any but nearest.
    init(from old: Int, to new: Int, range: Range<Int>, filter: ResizeFilter) {
        let scale = Double(old) / Double(new)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        stride = Int(support.rounded(.up)) * 2 + 1
        weights = []
        weights.reserveCapacity(range.count * stride)
        var window = [Double](repeating: 0, count: stride)
        for pixel in range {
            let center = (Double(pixel) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let count = min(old, Int(center + support + 0.5)) - start
            var sum = 0.0
            for index in 0..<count {
                window[index] = filter.weight(at: (Double(index + start) - center + 0.5) * (1 / filterScale))
                sum += window[index]
            }
            for index in 0..<stride {
                let weight = index < count ? (sum == 0 ? window[index] : window[index] / sum) : 0
                let fixed = weight * Double(Int32(1) << Self.precision)
                weights.append(Int32(fixed + (fixed < 0 ? -0.5 : 0.5)))
            }
            starts.append(start)
            counts.append(count)
        }
    }
}
