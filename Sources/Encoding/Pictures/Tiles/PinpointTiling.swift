/// LLaVA-NeXT's tiles: a picture is fitted into the one of some resolutions that suits it, padded with black, and cut; the whole picture,
/// warped to a square, comes before its parts.
struct PinpointTiling: Sendable {
    /// The resolutions, each a whole number of tiles high and wide.
    let pinpoints: [PictureSize]
    /// The tiles' side.
    let side: Int
    let filter: ResizeFilter

    /// How a picture of some size is cut.
    func layout(of size: PictureSize) -> TileLayout {
        let resolution = resolution(for: size)
        return TileLayout(rows: resolution.height / side, columns: resolution.width / side, original: size)
    }

    /// The resolution that shows most of a picture's pixels, and of several the one with least padding.
    func resolution(for size: PictureSize) -> PictureSize {
        var best = pinpoints[0]
        var most = -1
        var least = Int.max
        for pinpoint in pinpoints {
            let scale = min(Double(pinpoint.width) / Double(size.width), Double(pinpoint.height) / Double(size.height))
            let shown = Int(Double(size.width) * scale) * Int(Double(size.height) * scale)
            let effective = min(shown, size.width * size.height)
            let wasted = pinpoint.width * pinpoint.height - effective
            guard effective > most || effective == most && wasted < least else { continue }
            (best, most, least) = (pinpoint, effective, wasted)
        }
        return best
    }

    /// The size of a picture that fills a resolution in one direction.
    static func fitted(_ size: PictureSize, into resolution: PictureSize) -> PictureSize {
        let across = Double(resolution.width) / Double(size.width)
        let down = Double(resolution.height) / Double(size.height)
        if across < down {
            let height = Int((Double(size.height) * across).rounded(.up))
            return PictureSize(height: min(height, resolution.height), width: resolution.width)
        }
        let width = Int((Double(size.width) * down).rounded(.up))
        return PictureSize(height: resolution.height, width: min(width, resolution.width))
    }

    /// The tiles: the whole picture, then row by row its parts.
    func tiles(of picture: Picture) -> [Picture] {
        let size = PictureSize(height: picture.height, width: picture.width)
        let resolution = resolution(for: size)
        let fitted = Self.fitted(size, into: resolution)
        let part = picture.resized(width: fitted.width, height: fitted.height, filter: filter)
        let canvas = part.padded(
            to: resolution, left: (resolution.width - fitted.width) / 2, top: (resolution.height - fitted.height) / 2)
        return [picture.resized(width: side, height: side, filter: filter)] + canvas.squares(of: side)
    }
}

extension Picture {
    /// The picture on a larger one that is black.
    func padded(to size: PictureSize, left: Int, top: Int) -> Picture {
        if size.height == height, size.width == width { return self }
        var result = [UInt8](repeating: 0, count: size.height * size.width * 3)
        for row in 0..<height {
            let start = ((top + row) * size.width + left) * 3
            result.replaceSubrange(start..<start + width * 3, with: pixels[row * width * 3..<(row + 1) * width * 3])
        }
        return Picture(width: size.width, height: size.height, pixels: result)
    }

    /// The squares that the picture consists of, row by row.
    func squares(of side: Int) -> [Picture] {
        (0..<height / side).flatMap { row in
            (0..<width / side).map { column in
                cropped(columns: column * side..<(column + 1) * side, rows: row * side..<(row + 1) * side)
            }
        }
    }
}
