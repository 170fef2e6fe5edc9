extension Picture {
    /// The picture at another size, with the same pixels that Pillow's `resize` gives for 8 bit pictures.
    ///
    /// Rows and columns are resized one after the other, with the picture rounded to 8 bits in between: rows first, except where that
    /// is much more work (the rule is Pillow 13's; older versions always begin with the rows, which differs in some last bits).
    ///
    /// - Parameters:
    ///   - width: the new number of columns, at least 1.
    ///   - height: the new number of rows, at least 1.
    ///   - filter: how new pixels are made; default bicubic.
    package func resized(width: Int, height: Int, filter: ResizeFilter = .bicubic) -> Picture {
        resized(to: PictureSize(height: height, width: width), filter: filter, columns: 0..<width, rows: 0..<height)
    }

    /// A part of the resized picture, computed without the rest of it.
    ///
    /// - Parameters:
    ///   - size: of the whole resized picture.
    ///   - filter: how new pixels are made.
    ///   - columns: the columns wanted, of 0 to the new width.
    ///   - rows: the rows wanted, of 0 to the new height.
    ///   - square: when given, the picture counts as lying in the middle of a square of this colour with its longer side. The square
    ///     itself is never made, since a long thin picture's would not fit into memory.
    func resized(
        to size: PictureSize, filter: ResizeFilter, columns: Range<Int>, rows: Range<Int>, square: PictureOptions.Color? = nil
    ) -> Picture {
        precondition(size.width > 0 && size.height > 0 && !columns.isEmpty && !rows.isEmpty, "a picture has at least one pixel")
        precondition(columns.lowerBound >= 0 && columns.upperBound <= size.width, "columns outside of the resized picture")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= size.height, "rows outside of the resized picture")
        let longest = max(width, height)
        let old = square == nil ? PictureSize(height: height, width: width) : PictureSize(height: longest, width: longest)
        let left = (old.width - width) / 2
        let top = (old.height - height) / 2
        let across = ResizeWeights(
            from: old.width, to: size.width, range: columns, filter: filter, picture: left..<left + width)
        let down = ResizeWeights(from: old.height, to: size.height, range: rows, filter: filter, picture: top..<top + height)
        let color = square ?? .white
        if size.height < old.height && old.height - size.height > 2 * (old.width - size.width) {
            return resized(down: down, outside: color).resized(across: across, outside: color)
        }
        return resized(across: across, rows: down.sources, outside: color).resized(
            down: down, from: down.sources.lowerBound, outside: color)
    }

    /// The part of the picture in some columns and rows of it.
    package func cropped(columns: Range<Int>, rows: Range<Int>) -> Picture {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "columns outside of the picture")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height, "rows outside of the picture")
        var result: [UInt8] = []
        result.reserveCapacity(columns.count * rows.count * 3)
        for y in rows { result += pixels[(y * width + columns.lowerBound) * 3..<(y * width + columns.upperBound) * 3] }
        return Picture(width: columns.count, height: rows.count, pixels: result)
    }
}

/// The two passes of resizing, each along one side.
extension Picture {
    /// Rows made again: each of the weights' pixels of each of some rows.
    func resized(across weights: ResizeWeights, rows: Range<Int>? = nil, outside color: PictureOptions.Color) -> Picture {
        // A square's margin alone may be wanted; there has to be a row anyway.
        let rows = rows.map { $0.isEmpty ? 0..<1 : $0 } ?? 0..<height
        if weights.isIdentity { return rows.count == height ? self : cropped(columns: 0..<width, rows: rows) }
        let count = weights.starts.count
        let result = [UInt8](unsafeUninitializedCapacity: count * rows.count * 3) { result, initialized in
            pixels.withUnsafeBufferPointer { pixels in
                weights.weights.withUnsafeBufferPointer { allWeights in
                    for row in 0..<rows.count {
                        for column in 0..<count {
                            var (red, green, blue) = Self.start(weights.outside[column], of: color)
                            var source = ((rows.lowerBound + row) * width + weights.starts[column]) * 3
                            let first = column * weights.stride
                            for index in first..<first + weights.counts[column] {
                                let weight = allWeights[index]
                                red &+= Int32(pixels[source]) &* weight
                                green &+= Int32(pixels[source + 1]) &* weight
                                blue &+= Int32(pixels[source + 2]) &* weight
                                source += 3
                            }
                            let target = (row * count + column) * 3
                            result[target] = Self.clip(red)
                            result[target + 1] = Self.clip(green)
                            result[target + 2] = Self.clip(blue)
                        }
                    }
                }
            }
            initialized = count * rows.count * 3
        }
        return Picture(width: count, height: rows.count, pixels: result)
    }

    /// Columns made again: each of the weights' rows, which count the picture's from `first` on.
    func resized(down weights: ResizeWeights, from first: Int = 0, outside color: PictureOptions.Color) -> Picture {
        if weights.isIdentity { return self }
        let count = weights.starts.count
        let line = width * 3
        var sums = [Int32](repeating: 0, count: line)
        let result = [UInt8](unsafeUninitializedCapacity: count * line) { result, initialized in
            pixels.withUnsafeBufferPointer { pixels in
                sums.withUnsafeMutableBufferPointer { sums in
                    for row in 0..<count {
                        let (red, green, blue) = Self.start(weights.outside[row], of: color)
                        for x in 0..<width {
                            sums[x * 3] = red
                            sums[x * 3 + 1] = green
                            sums[x * 3 + 2] = blue
                        }
                        for index in 0..<weights.counts[row] {
                            let weight = weights.weights[row * weights.stride + index]
                            let source = (weights.starts[row] - first + index) * line
                            for x in 0..<line { sums[x] &+= Int32(pixels[source + x]) &* weight }
                        }
                        for x in 0..<line { result[row * line + x] = Self.clip(sums[x]) }
                    }
                }
            }
            initialized = count * line
        }
        return Picture(width: width, height: count, pixels: result)
    }

    /// Where the sums of a pixel's channels begin: with a half, so that they are rounded, and what lies outside of the picture.
    private static func start(_ outside: Int32, of color: PictureOptions.Color) -> (red: Int32, green: Int32, blue: Int32) {
        let half = ResizeWeights.one / 2
        return (
            half &+ outside &* Int32(color.red), half &+ outside &* Int32(color.green), half &+ outside &* Int32(color.blue)
        )
    }

    @inline(__always)
    private static func clip(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> ResizeWeights.precision, 0), 255))
    }
}
