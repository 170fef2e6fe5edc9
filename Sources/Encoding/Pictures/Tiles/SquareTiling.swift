/// The tiles of Idefics3 and SmolVLM: a picture is resized, resized again to a whole number of squares, and cut; the whole picture,
/// warped to a square, comes after its parts. Unsplit it is that one square.
struct SquareTiling: Sendable {
    /// How a picture gets its first size.
    enum Resizing: Equatable, Sendable {
        case none
        case longestEdge(Int)
        case sides(PictureSize)
    }

    let resizing: Resizing
    /// Whether a picture is cut.
    let splits: Bool
    /// The tiles' side.
    let side: Int
    let filter: ResizeFilter

    /// No side of a picture gets longer by its longest edge.
    static let longestEdge = 4096

    /// The most tiles that a picture of any size gives.
    var maximumTiles: Int {
        guard splits else { return 1 }
        switch resizing {
        // Such are not made: nothing bounds them.
        case .none: return .max
        case .sides(let size): return layout(of: size).count
        case .longestEdge(let edge):
            let squares = (min(edge, Self.longestEdge) + side - 1) / side
            // The shorter side is made even; by that it may become the longer one, and need a square more.
            let most = squares + edge % 2
            return most * most + 1
        }
    }

    /// How a picture of some size is cut.
    func layout(of size: PictureSize) -> TileLayout {
        let whole = squared(firstSize(of: size))
        let isCut = splits && (whole.height > side || whole.width > side)
        return TileLayout(rows: isCut ? whole.height / side : 0, columns: isCut ? whole.width / side : 0, original: size)
    }

    /// The tiles: row by row the picture's parts, then the whole.
    func tiles(of picture: Picture) -> [Picture] {
        let size = PictureSize(height: picture.height, width: picture.width)
        let first = firstSize(of: size)
        var picture = picture.resized(width: first.width, height: first.height, filter: filter)
        guard splits else { return [picture.resized(width: side, height: side, filter: filter)] }
        let whole = squared(first)
        picture = picture.resized(width: whole.width, height: whole.height, filter: filter)
        guard whole.height > side || whole.width > side else { return [picture] }
        return picture.squares(of: side) + [picture.resized(width: side, height: side, filter: filter)]
    }

    /// A picture's first size.
    func firstSize(of size: PictureSize) -> PictureSize {
        switch resizing {
        case .none: return size
        case .sides(let size): return size
        case .longestEdge(let edge):
            var new = Self.scaled(size, toLongest: edge)
            let short = min(new.height, new.width)
            // The shorter side, or of equal ones the height, is made even.
            if size.width >= size.height { new.height += short % 2 } else { new.width += short % 2 }
            new = PictureSize(height: max(1, new.height), width: max(1, new.width))
            guard max(new.height, new.width) > Self.longestEdge else { return new }
            let bounded = Self.scaled(new, toLongest: Self.longestEdge)
            return PictureSize(height: max(1, bounded.height), width: max(1, bounded.width))
        }
    }

    private static func scaled(_ size: PictureSize, toLongest edge: Int) -> PictureSize {
        let ratio = Double(size.width) / Double(size.height)
        return size.width >= size.height
            ? PictureSize(height: Int(Double(edge) / ratio), width: edge)
            : PictureSize(height: edge, width: Int(Double(edge) * ratio))
    }

    /// The size in whole squares: the longer side's next, then the shorter's, which follows it.
    private func squared(_ size: PictureSize) -> PictureSize {
        func next(_ length: Int) -> Int { max(1, (length + side - 1) / side) * side }
        let long = next(max(size.height, size.width))
        let exact = Self.scaled(size, toLongest: long)
        return PictureSize(height: next(exact.height), width: next(exact.width))
    }
}
