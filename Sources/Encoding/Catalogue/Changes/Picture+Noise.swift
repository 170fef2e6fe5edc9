import Files
import Pictures

extension Picture {
    /// The picture with Gaussian noise of a deviation of a quarter of the full range on every channel, cut off at black and white.
    ///
    /// A normal number is stood for by the sum of eight uniform ones of 16 bits: whole numbers, which every machine adds alike.
    func noisy(_ random: inout SplitMix64) -> Picture {
        // Eight numbers of 16 bits have the variance 8 (2^32 - 1) / 12, a deviation of 53510.
        let (mean, deviation) = (8 * 65535 / 2, 53510)
        let pixels = pixels.map { value in
            var sum = 0
            for _ in 0..<2 {
                let bits = random.next()
                sum += Int(bits & 0xFFFF) + Int(bits >> 16 & 0xFFFF) + Int(bits >> 32 & 0xFFFF) + Int(bits >> 48)
            }
            // The full range is 255, a quarter of it 255 / 4.
            return UInt8(min(max((Int(value) * 4 * deviation + (sum - mean) * 255 + 2 * deviation) / (4 * deviation), 0), 255))
        }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
