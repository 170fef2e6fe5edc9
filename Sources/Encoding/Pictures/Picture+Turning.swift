extension Picture {
    /// The picture upright, when it was taken with this orientation.
    func turned(from orientation: Orientation) -> Picture {
        if orientation == .upright { return self }
        // The old pixel of the new first one, and how far the old pixels of a new row and column lie apart.
        let last = width * height - 1
        let (start, across, down) =
            switch orientation {
            case .upright: (0, 1, width)
            case .mirrored: (width - 1, -1, width)
            case .upsideDown: (last, -1, -width)
            case .mirroredUpsideDown: (last - width + 1, 1, -width)
            case .transposed: (0, width, 1)
            case .turnedLeft: (last - width + 1, -width, 1)
            case .transposedUpsideDown: (last, -width, -1)
            case .turnedRight: (width - 1, width, -1)
            }
        let size = orientation.swapsSides ? (width: height, height: width) : (width: width, height: height)
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { turned, count in
            pixels.withUnsafeBufferPointer { pixels in
                for y in 0..<size.height {
                    for x in 0..<size.width {
                        let source = (start + y * down + x * across) * 3
                        for channel in 0..<3 { turned[(y * size.width + x) * 3 + channel] = pixels[source + channel] }
                    }
                }
            }
            count = pixels.count
        }
        return Picture(width: size.width, height: size.height, pixels: turned)
    }
}
