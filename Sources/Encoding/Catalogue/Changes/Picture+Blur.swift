import Pictures

extension Picture {
    /// The picture blurred with a Gaussian of a deviation of a twentieth of the shorter side, one pixel at least; the outermost pixels
    /// go on beyond the border.
    ///
    /// The Gaussian is stood for by three means over 2 r + 1 pixels, whose deviation is sqrt(r (r + 1)): whole numbers, which every
    /// machine adds alike.
    func blurred() -> Picture {
        let deviation = Double(min(width, height)) / 20
        let radius = max(1, Int((((4 * deviation * deviation + 1).squareRoot() - 1) / 2).rounded()))
        var pixels = pixels
        pixels.withUnsafeMutableBufferPointer { pixels in
            var line = [Int](repeating: 0, count: max(width, height))
            for channel in 0..<3 {
                for row in 0..<height {
                    Self.blur(pixels, from: row * width * 3 + channel, stride: 3, count: width, radius, &line)
                }
                for column in 0..<width {
                    Self.blur(pixels, from: column * 3 + channel, stride: width * 3, count: height, radius, &line)
                }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    /// Three means over 2 r + 1 values along one line.
    private static func blur(
        _ pixels: UnsafeMutableBufferPointer<UInt8>, from start: Int, stride: Int, count: Int, _ radius: Int,
        _ line: inout [Int]
    ) {
        let size = 2 * radius + 1
        for _ in 0..<3 {
            for place in 0..<count { line[place] = Int(pixels[start + place * stride]) }
            var sum = (radius + 1) * line[0]
            for place in 1...radius { sum += line[min(place, count - 1)] }
            for place in 0..<count {
                pixels[start + place * stride] = UInt8((sum + size / 2) / size)
                sum += line[min(place + radius + 1, count - 1)] - line[max(place - radius, 0)]
            }
        }
    }
}
