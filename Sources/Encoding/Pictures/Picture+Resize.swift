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
    public func cropped(columns: Range<Int>, rows: Range<Int>) -> Picture {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "columns outside of the picture")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height, "rows outside of the picture")
        var result: [UInt8] = []
        result.reserveCapacity(columns.count * rows.count * 3)
        for y in rows { result += pixels[(y * width + columns.lowerBound) * 3..<(y * width + columns.upperBound) * 3] }
        return Picture(width: columns.count, height: rows.count, pixels: result)
    }
}
