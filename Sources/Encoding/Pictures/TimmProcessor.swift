import Files
package import Foundation

/// A picture to an encoder's input as timm's transform for evaluation makes it: resize, crop the centre, scale, normalize.
///
/// The values equal those of timm's `create_transform(**resolve_data_config(...))` on Pillow's pictures.
package struct TimmProcessor: PictureProcessing {
    /// The rows and columns of the encoder's input, a square.
    package let outputSize: PictureSize
    /// The usual options. timm itself drops transparency; here pictures of every family are composed on white.
    package let options = PictureOptions()
    /// A SHA-256 of the file and the options, as 64 hexadecimal digits.
    package let hash: String

    private let side: Int
    /// The side that a picture is resized to before the crop.
    private let edge: Int
    private let filter: ResizeFilter
    private let cropMode: TimmSettings.CropMode
    /// What each of the 256 values of each of the 3 channels becomes: 3 x 256.
    private let values: [Float]
    /// The colour around a picture that is smaller than the input.
    private let border: [UInt8]
    /// No side of an input may be longer.
    private static let longestSide = 8192

    private static let filters: [String: ResizeFilter] = [
        "nearest": .nearest, "lanczos": .lanczos, "bilinear": .bilinear, "bicubic": .bicubic, "box": .box, "hamming": .hamming,
    ]

    /// Reads the `config.json` of a timm repository.
    ///
    /// - Throws: ``UserError`` that names the file and the key.
    package init(file: URL) throws {
        let settings = try TimmSettings(file: file)
        func error(_ key: String, _ problem: String) -> UserError { UserError("\"\(key)\" \(problem)", at: file.path) }
        // What is missing is as in timm.
        let size = settings.input_size ?? [3, 224, 224]
        guard size.count == 3, size[0] == 3, size[1] == size[2], (1...Self.longestSide).contains(size[1]) else {
            throw error("input_size", "is \(size), expected [3, side, side] with sides of 1 to \(Self.longestSide) pixels")
        }
        let name = settings.interpolation ?? "bicubic"
        guard let filter = Self.filters[name] else {
            let known = Self.filters.keys.sorted().joined(separator: ", ")
            throw error("interpolation", "is \"\(name)\", expected one of \(known)")
        }
        let share = settings.crop_pct ?? 0.875
        guard share > 0, Double(size[1]) / share >= 1, Double(size[1]) / share <= Double(Self.longestSide) else {
            throw error("crop_pct", "is \(share), which does not give sides of 1 to \(Self.longestSide) pixels")
        }
        let mean = settings.mean ?? [0.485, 0.456, 0.406]
        let deviation = settings.std ?? [0.229, 0.224, 0.225]
        guard mean.count == 3, mean.allSatisfy({ (0...1).contains($0) }) else {
            throw error("mean", "is \(mean), expected 3 numbers from 0 to 1")
        }
        guard deviation.count == 3, deviation.allSatisfy({ $0 > 0 }) else {
            throw error("std", "is \(deviation), expected 3 numbers above 0")
        }
        var combined = ContentHash()
        combined.update(try ContentHash.of(file: file))
        combined.update(options.fingerprint)
        hash = combined.digits
        side = size[1]
        outputSize = PictureSize(height: side, width: side)
        edge = Int(Double(side) / share)
        self.filter = filter
        cropMode = settings.crop_mode ?? .center
        border =
            cropMode == .border ? mean.map { UInt8((255 * $0).rounded(.toNearestOrEven)) } : [0, 0, 0]
        values = (0..<3).flatMap { channel in
            (0..<256).map { (Float($0) / 255 - Float(mean[channel])) / Float(deviation[channel]) }
        }
    }

    /// Resizes and crops a picture of any size.
    package func scaled(_ picture: Picture) -> ScaledPicture {
        let size = resizedSize(of: picture)
        let (left, top) = (cropStart(of: size.width), cropStart(of: size.height))
        let columns = max(0, left)..<min(size.width, left + side)
        let rows = max(0, top)..<min(size.height, top + side)
        let seen = picture.resized(to: size, filter: filter, columns: columns, rows: rows)
        return ScaledPicture(
            seen: seen, left: columns.lowerBound - left, top: rows.lowerBound - top, window: outputSize)
    }

    /// Writes the values of a picture that ``scaled(_:)`` gave: float32 of shape [3, ``outputSize`` height, ``outputSize`` width].
    ///
    /// - Parameter output: room for exactly 3 x height x width values.
    package func write(_ picture: ScaledPicture, into output: UnsafeMutableBufferPointer<Float>) {
        let area = side * side
        precondition(output.count == 3 * area, "the output has \(output.count) places, expected 3 x \(area)")
        let seen = picture.seen
        for channel in 0..<3 {
            let plane = UnsafeMutableBufferPointer(rebasing: output[channel * area..<(channel + 1) * area])
            let values = values[channel * 256..<(channel + 1) * 256]
            plane.update(repeating: values[values.startIndex + Int(border[channel])])
            for row in 0..<seen.height {
                let target = (picture.top + row) * side + picture.left
                let source = row * seen.width * 3 + channel
                for column in 0..<seen.width {
                    plane[target + column] = values[values.startIndex + Int(seen.pixels[source + column * 3])]
                }
            }
        }
    }

    /// The size a picture gets before the crop, at least one pixel.
    private func resizedSize(of picture: Picture) -> PictureSize {
        let (height, width) = (Double(picture.height), Double(picture.width))
        switch cropMode {
        case .center:
            let short = min(picture.height, picture.width)
            return PictureSize(height: edge * picture.height / short, width: edge * picture.width / short)
        case .squash: return PictureSize(height: edge, width: edge)
        case .border:
            let ratio = max(height, width) / Double(edge)
            func side(_ old: Double) -> Int { max(1, Int((old / ratio).rounded(.toNearestOrEven))) }
            return PictureSize(height: side(height), width: side(width))
        }
    }

    /// Where the crop begins along a side: before the first pixel where the side is shorter.
    ///
    /// A half goes to the even number, but down in a border; that is how Python rounds and torchvision divides.
    private func cropStart(of length: Int) -> Int {
        length < side ? -((side - length) / 2) : Int((Double(length - side) / 2).rounded(.toNearestOrEven))
    }
}

/// The part of a timm repository's `config.json` that pictures are made with: its `pretrained_cfg`, or the file itself where older
/// repositories have no such section.
struct TimmSettings: Decodable {
    var input_size: [Int]?
    var interpolation: String?
    var mean: [Double]?
    var std: [Double]?
    var crop_pct: Double?
    var crop_mode: CropMode?

    /// Which part of a picture is seen.
    enum CropMode: String, Decodable {
        /// The centre of the picture.
        case center
        /// The centre of the picture after it is warped to a square.
        case squash
        /// All of the picture, with a border to make it square.
        case border
    }

    private struct File: Decodable {
        var pretrained_cfg: TimmSettings?
    }

    /// Reads a `config.json`.
    ///
    /// - Throws: ``UserError`` that names the file and the key.
    init(file: URL) throws {
        let section = try JSONFile.read(File.self, from: file).pretrained_cfg
        self = try section ?? JSONFile.read(TimmSettings.self, from: file)
    }
}
