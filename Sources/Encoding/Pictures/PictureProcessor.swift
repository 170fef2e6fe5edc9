import Files
import Foundation

/// A picture to an encoder's input, as its `preprocessor_config.json` says: resize, crop the centre, scale, normalize.
///
/// The values equal those of `transformers`' own processors that work on Pillow's pictures.
public struct PictureProcessor: Sendable {
    /// The rows and columns of the encoder's input.
    public let outputSize: PictureSize
    /// A SHA-256 of the file, as 64 hexadecimal digits.
    public let hash: String

    private let resizing: Resizing
    private let filter: ResizeFilter
    /// What each of the 256 values of each of the 3 channels becomes: 3 x 256.
    private let values: [Float]
    /// No side of an input may be longer.
    private static let longestSide = 8192

    /// How the picture gets its size.
    enum Resizing: Equatable, Sendable {
        case none
        case sides(PictureSize)
        case shortestEdge(Int)
    }

    /// Reads a `preprocessor_config.json` of the ViT, DeiT, CLIP, SigLIP or ConvNeXT family.
    ///
    /// - Throws: ``UserError`` that names the file and the key.
    public init(file: URL) throws {
        let settings = try JSONFile.read(PictureProcessorSettings.self, from: file)
        try self.init(settings, file: file.path, hash: ContentHash.of(file: file))
    }

    init(_ settings: PictureProcessorSettings, file: String, hash: String) throws {
        self.hash = hash
        let family = try PictureProcessorFamily(
            type: settings.image_processor_type ?? settings.feature_extractor_type, file: file)
        if settings.do_pad == true {
            throw UserError("padding (\"do_pad\") is not supported", at: file)
        }
        let number = settings.resample ?? family.filter.rawValue
        guard let filter = ResizeFilter(rawValue: number) else {
            throw UserError("\"resample\" is \(number), expected 0 to 5", at: file)
        }
        self.filter = filter

        var resizing = Resizing.none
        if settings.do_resize ?? true {
            resizing = try Self.resizing(settings.size ?? family.size, family: family, file: file)
        }
        var crop: PictureSize?
        if settings.do_center_crop ?? family.cropsCenter {
            crop = try Self.cropSize(settings.crop_size ?? .number(224), file: file)
        }
        // This family shows small inputs the centre of a somewhat larger picture, and warps for large ones.
        if family == .convNext, case .shortestEdge(let edge) = resizing {
            let share = settings.crop_pct ?? 224.0 / 256
            guard share > 0, share <= 1 else {
                throw UserError("\"crop_pct\" is \(share), expected more than 0 to 1", at: file)
            }
            let square = PictureSize(height: edge, width: edge)
            resizing = edge < 384 ? .shortestEdge(Int(Double(edge) / share)) : .sides(square)
            crop = crop ?? square
        }
        self.resizing = resizing
        if let crop {
            outputSize = crop
        } else if case .sides(let size) = resizing {
            outputSize = size
        } else {
            throw UserError(
                "pictures would keep different sizes: neither both sides (\"size\") nor a crop (\"crop_size\") is fixed",
                at: file,
                remedy: "Set \"do_center_crop\" to true with a \"crop_size\", or give \"size\" a height and a width.")
        }
        values = try Self.values(settings, family: family, file: file)
    }

    /// Writes a picture's values: float32 of shape [3, ``outputSize`` height, ``outputSize`` width].
    ///
    /// - Parameters:
    ///   - picture: of any size.
    ///   - output: room for exactly 3 x height x width values.
    public func process(_ picture: Picture, into output: UnsafeMutableBufferPointer<Float>) {
        let area = outputSize.height * outputSize.width
        precondition(output.count == 3 * area, "the output has \(output.count) places, expected 3 x \(area)")
        let size = resizedSize(of: picture)
        // Where the crop's first pixel lies in the resized picture: before it, with a margin of zeros, where that is smaller.
        let left = (size.width - outputSize.width) >> 1
        let top = (size.height - outputSize.height) >> 1
        let columns = max(0, left)..<min(size.width, left + outputSize.width)
        let rows = max(0, top)..<min(size.height, top + outputSize.height)
        let resized =
            if case .none = resizing { picture.cropped(columns: columns, rows: rows) } else {
                picture.resized(width: size.width, height: size.height, filter: filter, columns: columns, rows: rows)
            }
        values.withUnsafeBufferPointer { values in
            resized.pixels.withUnsafeBufferPointer { pixels in
                for channel in 0..<3 {
                    let plane = UnsafeMutableBufferPointer(rebasing: output[channel * area..<(channel + 1) * area])
                    if resized.pixels.count < 3 * area { plane.update(repeating: values[channel * 256]) }
                    for row in 0..<rows.count {
                        let target = (row + rows.lowerBound - top) * outputSize.width + columns.lowerBound - left
                        let source = row * columns.count * 3 + channel
                        for column in 0..<columns.count {
                            plane[target + column] = values[channel * 256 + Int(pixels[source + column * 3])]
                        }
                    }
                }
            }
        }
    }

    /// The size a picture gets before the crop.
    func resizedSize(of picture: Picture) -> PictureSize {
        switch resizing {
        case .none: return PictureSize(height: picture.height, width: picture.width)
        case .sides(let size): return size
        case .shortestEdge(let edge):
            let long = max(picture.width, picture.height)
            let short = min(picture.width, picture.height)
            let other = Int(Double(edge * long) / Double(short))
            return picture.width <= picture.height
                ? PictureSize(height: other, width: edge) : PictureSize(height: edge, width: other)
        }
    }
}

extension PictureProcessor {
    private static func resizing(
        _ size: PictureProcessorSettings.Size, family: PictureProcessorFamily, file: String
    ) throws -> Resizing {
        switch size {
        case .sides(let height, let width): return .sides(try checked(height, width, "size", file))
        case .shortestEdge(let edge): return .shortestEdge(try checked(edge, edge, "size", file).height)
        case .number(let number):
            let size = try checked(number, number, "size", file)
            return family.numberIsShortestEdge ? .shortestEdge(number) : .sides(size)
        }
    }

    private static func cropSize(_ size: PictureProcessorSettings.Size, file: String) throws -> PictureSize {
        switch size {
        case .number(let number): return try checked(number, number, "crop_size", file)
        case .sides(let height, let width): return try checked(height, width, "crop_size", file)
        case .shortestEdge: throw UserError("\"crop_size\" needs a height and a width", at: file)
        }
    }

    private static func checked(_ height: Int, _ width: Int, _ key: String, _ file: String) throws -> PictureSize {
        guard (1...longestSide).contains(height), (1...longestSide).contains(width) else {
            throw UserError("\"\(key)\" is \(height) x \(width), expected 1 to \(longestSide) pixels a side", at: file)
        }
        return PictureSize(height: height, width: width)
    }

    private static func values(
        _ settings: PictureProcessorSettings, family: PictureProcessorFamily, file: String
    ) throws -> [Float] {
        let factor = settings.do_rescale ?? true ? settings.rescale_factor ?? 1.0 / 255 : 1
        var mean = [0.0, 0, 0]
        var deviation = [1.0, 1, 1]
        if settings.do_normalize ?? true {
            mean = settings.image_mean?.values ?? family.mean
            deviation = settings.image_std?.values ?? family.deviation
        }
        guard mean.count == 3, deviation.count == 3, deviation.allSatisfy({ $0 > 0 }) else {
            throw UserError("\"image_mean\" and \"image_std\" need 3 numbers each, and deviations above 0", at: file)
        }
        // Rescaling happens in double precision and is rounded to single; normalizing happens in single precision.
        return (0..<3).flatMap { channel in
            (0..<256).map { (Float(Double($0) * factor) - Float(mean[channel])) / Float(deviation[channel]) }
        }
    }
}
