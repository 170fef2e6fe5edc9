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
    public func resized(width: Int, height: Int, filter: ResizeFilter = .bicubic) -> Picture {
        resized(width: width, height: height, filter: filter, columns: 0..<width, rows: 0..<height)
    }

    /// A part of the resized picture, computed without the rest of it.
    ///
    /// - Parameters:
    ///   - width: the columns of the whole resized picture.
    ///   - height: the rows of the whole resized picture.
    ///   - filter: how new pixels are made.
    ///   - columns: the columns wanted, of 0 to `width`.
    ///   - rows: the rows wanted, of 0 to `height`.
    func resized(width: Int, height: Int, filter: ResizeFilter, columns: Range<Int>, rows: Range<Int>) -> Picture {
        precondition(width > 0 && height > 0 && !columns.isEmpty && !rows.isEmpty, "a picture has at least one pixel")
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "columns outside of the resized picture")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height, "rows outside of the resized picture")
        if filter == .nearest { return nearest(width: width, height: height, columns: columns, rows: rows) }
        if height < self.height && self.height - height > 2 * (self.width - width) {
            return resizedDown(to: height, filter: filter, rows: rows).resizedAcross(
                to: width, filter: filter, columns: columns)
        }
        return resizedAcross(to: width, filter: filter, columns: columns).resizedDown(to: height, filter: filter, rows: rows)
    }

    private func resizedAcross(to newWidth: Int, filter: ResizeFilter, columns: Range<Int>) -> Picture {
        if newWidth == width { return columns.count == width ? self : cropped(columns: columns, rows: 0..<height) }
        let weights = ResizeWeights(from: width, to: newWidth, range: columns, filter: filter)
        let count = columns.count
        let result = [UInt8](unsafeUninitializedCapacity: count * height * 3) { result, initialized in
            pixels.withUnsafeBufferPointer { pixels in
                weights.weights.withUnsafeBufferPointer { allWeights in
                    for y in 0..<height {
                        for column in 0..<count {
                            var red = Int32(1) << (ResizeWeights.precision - 1)
                            var green = red
                            var blue = red
                            var source = (y * width + weights.starts[column]) * 3
                            let first = column * weights.stride
                            for index in first..<first + weights.counts[column] {
                                let weight = allWeights[index]
                                red &+= Int32(pixels[source]) &* weight
                                green &+= Int32(pixels[source + 1]) &* weight
                                blue &+= Int32(pixels[source + 2]) &* weight
                                source += 3
                            }
                            let target = (y * count + column) * 3
                            result[target] = Self.clip(red)
                            result[target + 1] = Self.clip(green)
                            result[target + 2] = Self.clip(blue)
                        }
                    }
                }
            }
            initialized = count * height * 3
        }
        return Picture(width: count, height: height, pixels: result)
    }

    private func resizedDown(to newHeight: Int, filter: ResizeFilter, rows: Range<Int>) -> Picture {
        if newHeight == height { return rows.count == height ? self : cropped(columns: 0..<width, rows: rows) }
        let weights = ResizeWeights(from: height, to: newHeight, range: rows, filter: filter)
        let line = width * 3
        var sums = [Int32](repeating: 0, count: line)
        let result = [UInt8](unsafeUninitializedCapacity: rows.count * line) { result, initialized in
            pixels.withUnsafeBufferPointer { pixels in
                sums.withUnsafeMutableBufferPointer { sums in
                    for row in 0..<rows.count {
                        sums.update(repeating: 1 << (ResizeWeights.precision - 1))
                        for index in 0..<weights.counts[row] {
                            let weight = weights.weights[row * weights.stride + index]
                            let source = (weights.starts[row] + index) * line
                            for x in 0..<line { sums[x] &+= Int32(pixels[source + x]) &* weight }
                        }
                        for x in 0..<line { result[row * line + x] = Self.clip(sums[x]) }
                    }
                }
            }
            initialized = rows.count * line
        }
        return Picture(width: width, height: rows.count, pixels: result)
    }

    @inline(__always)
    private static func clip(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> ResizeWeights.precision, 0), 255))
    }

    private func nearest(width newWidth: Int, height newHeight: Int, columns: Range<Int>, rows: Range<Int>) -> Picture {
        let sourceColumns = Self.nearestSources(from: width, to: newWidth, range: columns)
        let sourceRows = Self.nearestSources(from: height, to: newHeight, range: rows)
        var result: [UInt8] = []
        result.reserveCapacity(columns.count * rows.count * 3)
        for y in sourceRows {
            for x in sourceColumns {
                let pixel = (y * width + x) * 3
                result.append(contentsOf: pixels[pixel..<pixel + 3])
            }
        }
        return Picture(width: columns.count, height: rows.count, pixels: result)
    }

    /// The old pixel of each new one of a range. Places are added up step by step as Pillow does, with its rounding.
    private static func nearestSources(from old: Int, to new: Int, range: Range<Int>) -> [Int] {
        let scale = Double(old) / Double(new)
        var place = scale * 0.5
        var sources: [Int] = []
        for pixel in 0..<range.upperBound {
            if pixel >= range.lowerBound { sources.append(min(Int(place), old - 1)) }
            place += scale
        }
        return sources
    }

    /// The part of the picture in some columns and rows of it.
    public func cropped(columns: Range<Int>, rows: Range<Int>) -> Picture {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "columns outside of the picture")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height, "rows outside of the picture")
        var result: [UInt8] = []
        result.reserveCapacity(columns.count * rows.count * 3)
        for y in rows { result += pixels[(y * width + columns.lowerBound) * 3..<(y * width + columns.upperBound) * 3] }
        return Picture(width: columns.count, height: rows.count, pixels: result)
    }
}
