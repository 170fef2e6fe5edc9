import Files

/// What makes an encoder's input of pictures.
package protocol PictureProcessing: Sendable {
    /// The rows and columns of the encoder's input.
    var outputSize: PictureSize { get }
    /// How pictures are to be read for it.
    var options: PictureOptions { get }
    /// A SHA-256 of the settings' file and the options, as 64 hexadecimal digits.
    var hash: String { get }

    /// Resizes and crops a picture of any size.
    func scaled(_ picture: Picture) -> ScaledPicture

    /// Writes the values of a picture that ``scaled(_:)`` gave: float32 of shape [3, ``outputSize`` height, ``outputSize`` width].
    ///
    /// - Parameter output: room for exactly 3 x height x width values.
    func write(_ picture: ScaledPicture, into output: UnsafeMutableBufferPointer<Float>)
}

extension PictureProcessing {
    /// Writes a picture's values: float32 of shape [3, ``outputSize`` height, ``outputSize`` width].
    ///
    /// - Parameters:
    ///   - picture: of any size.
    ///   - output: room for exactly 3 x height x width values.
    package func process(_ picture: Picture, into output: UnsafeMutableBufferPointer<Float>) {
        write(scaled(picture), into: output)
    }
}

extension PictureProcessor: PictureProcessing {}

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

/// What the 8 bits of each channel become: scaled, then normalized.
struct PictureScaling {
    /// The value of each of the 256 of each of the 3 channels: 3 x 256.
    let values: [Float]
    /// The mean as a colour, where it is one.
    let meanColor: PictureOptions.Color

    /// Computes the values.
    ///
    /// - Throws: ``UserError`` for means and deviations that are not three, or unusable.
    init(_ settings: PictureProcessorSettings, family: PictureProcessorFamily, file: String) throws {
        let mean = settings.image_mean?.values ?? family.mean
        let deviation = settings.image_std?.values ?? family.deviation
        guard mean.count == 3, deviation.count == 3, deviation.allSatisfy({ $0 > 0 }) else {
            throw UserError("\"image_mean\" and \"image_std\" need 3 numbers each, and deviations above 0", at: file)
        }
        let factor = settings.do_rescale ?? true ? settings.rescale_factor ?? 1.0 / 255 : 1
        let normalizes = settings.do_normalize ?? true
        // Rescaling happens in double precision and is rounded to single; normalizing happens in single precision.
        values = (0..<3).flatMap { channel in
            (0..<256).map { value in
                let scaled = Float(Double(value) * factor)
                return normalizes ? (scaled - Float(mean[channel])) / Float(deviation[channel]) : scaled
            }
        }
        let color = mean.map { UInt8(min(max(0, $0 * 255), 255)) }
        meanColor = PictureOptions.Color(red: color[0], green: color[1], blue: color[2])
    }
}
