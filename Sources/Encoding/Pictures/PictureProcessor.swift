import Files
package import Foundation

/// A picture to an encoder's input, as its `preprocessor_config.json` says: resize, crop the centre, scale, normalize, pad.
///
/// The values equal those of the processors of `transformers` 5 that work on Pillow's pictures (`*ImageProcessorPil`, the slow ones
/// of before). Its processors on torchvision, which it takes for the names that end in `Fast`, resize with other rounding and
/// differ from Pillow's by some 8-bit steps; here both names give Pillow's pixels.
package struct PictureProcessor: Sendable {
    /// The rows and columns of the encoder's input.
    package let outputSize: PictureSize
    /// How pictures are to be read for it.
    package let options: PictureOptions
    /// A SHA-256 of the file and of what of the options determines the pixels, as 64 hexadecimal digits.
    package let hash: String

    let resizing: PictureResizing
    private let filter: ResizeFilter
    private let crop: PictureSize?
    /// The colour that makes a picture square before all else; nil where it stays as it is.
    private let squareColor: PictureOptions.Color?
    /// What each of the 256 values of each of the 3 channels becomes: 3 x 256.
    private let values: [Float]

    /// Reads a `preprocessor_config.json` of the ViT, DeiT, BEiT, BiT, CLIP, SigLIP, ConvNeXT or LLaVA family; of ViT's where it names no
    /// type. ``init(directory:options:)`` knows the encoder's own type then.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - options: how pictures will be read; part of ``hash``.
    /// - Throws: ``UserError`` that names the file and the key.
    package init(file: URL, options: PictureOptions = PictureOptions()) throws {
        try self.init(Self.settings(file), file: file.path, hash: ContentHash.of(file: file), options: options)
    }

    init(
        _ settings: PictureProcessorSettings, family: PictureProcessorFamily? = nil, file: String, hash: String,
        options: PictureOptions
    ) throws {
        var combined = ContentHash()
        combined.update(hash)
        combined.update(options.fingerprint)
        self.hash = combined.digits
        self.options = options
        let plan = try PictureProcessorPlan(settings, family: family, file: file)
        resizing = plan.resizing
        filter = plan.filter
        crop = plan.crop
        squareColor = plan.squareColor
        outputSize = plan.outputSize
        values = plan.values
    }

    /// Resizes and crops a picture of any size.
    package func scaled(_ picture: Picture) -> ScaledPicture {
        let longest = max(picture.height, picture.width)
        let old =
            squareColor == nil
            ? PictureSize(height: picture.height, width: picture.width) : PictureSize(height: longest, width: longest)
        let layout = PictureLayout(resized: resizing.size(of: old), crop: crop, output: outputSize)
        let seen = picture.resized(
            to: layout.resized, filter: filter, columns: layout.columns, rows: layout.rows, square: squareColor)
        return ScaledPicture(seen: seen, left: layout.left, top: layout.top, window: layout.window)
    }

    /// Writes the values of a picture that ``scaled(_:)`` gave: float32 of shape [3, ``outputSize`` height, ``outputSize`` width].
    ///
    /// - Parameter output: room for exactly 3 x height x width values.
    package func write(_ picture: ScaledPicture, into output: UnsafeMutableBufferPointer<Float>) {
        let area = outputSize.height * outputSize.width
        precondition(output.count == 3 * area, "the output has \(output.count) places, expected 3 x \(area)")
        for channel in 0..<3 {
            let plane = UnsafeMutableBufferPointer(rebasing: output[channel * area..<(channel + 1) * area])
            write(channel, of: picture.seen, picture, to: plane)
        }
    }

    private func write(_ channel: Int, of seen: Picture, _ layout: ScaledPicture, to plane: UnsafeMutableBufferPointer<Float>) {
        if layout.window != outputSize { plane.update(repeating: 0) }
        values.withUnsafeBufferPointer { values in
            let values = UnsafeBufferPointer(rebasing: values[channel * 256..<(channel + 1) * 256])
            // The margin of a crop is black, which the normalizing changes.
            if seen.width < layout.window.width || seen.height < layout.window.height {
                for row in 0..<layout.window.height {
                    let start = row * outputSize.width
                    UnsafeMutableBufferPointer(rebasing: plane[start..<start + layout.window.width]).update(
                        repeating: values[0])
                }
            }
            seen.pixels.withUnsafeBufferPointer { pixels in
                for row in 0..<seen.height {
                    let target = (layout.top + row) * outputSize.width + layout.left
                    let source = row * seen.width * 3 + channel
                    for column in 0..<seen.width { plane[target + column] = values[Int(pixels[source + column * 3])] }
                }
            }
        }
    }
}
