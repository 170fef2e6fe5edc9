/// How a picture gets its size, with the rounding of `transformers`.
enum PictureResizing: Equatable, Sendable {
    /// It keeps its own.
    case none
    /// Both sides are set; the picture is warped.
    case sides(PictureSize)
    /// The shorter side is set, the other follows.
    case shortestEdge(Int)
    /// The shorter side is set, unless the longer one would then exceed its bound.
    case edges(shortest: Int, longest: Int)
    /// The longer side is set, the other follows.
    case longestEdge(Int)
    /// As large as fits into a rectangle.
    case within(PictureSize)

    /// The largest size that pictures can get; nil where there is no bound.
    var bound: PictureSize? {
        switch self {
        case .none, .shortestEdge: nil
        case .sides(let size), .within(let size): size
        case .edges(_, let longest), .longestEdge(let longest): PictureSize(height: longest, width: longest)
        }
    }

    /// The size that a picture of some size gets, at least one pixel.
    func size(of old: PictureSize) -> PictureSize {
        let new = exactSize(of: old)
        return PictureSize(height: max(1, new.height), width: max(1, new.width))
    }

    private func exactSize(of old: PictureSize) -> PictureSize {
        let short = min(old.height, old.width)
        let long = max(old.height, old.width)
        func ordered(_ short: Int, _ long: Int) -> PictureSize {
            old.width <= old.height ? PictureSize(height: long, width: short) : PictureSize(height: short, width: long)
        }
        switch self {
        case .none: return old
        case .sides(let size): return size
        case .shortestEdge(let edge): return ordered(edge, Int(Double(edge * long) / Double(short)))
        case .edges(let edge, let longest):
            var size = edge
            var exact = Double(edge)
            if Double(long) / Double(short) * Double(edge) > Double(longest) {
                exact = Double(longest * short) / Double(long)
                size = Int(exact.rounded(.toNearestOrEven))
            }
            return size == short ? old : ordered(size, Int(exact * Double(long) / Double(short)))
        case .longestEdge(let edge):
            let scale = Double(edge) / Double(long)
            return PictureSize(height: Int(Double(old.height) * scale + 0.5), width: Int(Double(old.width) * scale + 0.5))
        case .within(let most):
            let scale = min(Double(most.height) / Double(old.height), Double(most.width) / Double(old.width))
            return PictureSize(height: Int(Double(old.height) * scale), width: Int(Double(old.width) * scale))
        }
    }
}
