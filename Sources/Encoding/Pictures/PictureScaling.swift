import Files

/// What the 8 bits of each channel become: scaled, then normalized.
struct PictureScaling {
    /// The value of each of the 256 of each of the 3 channels: 3 x 256.
    let values: [Float]
    /// The mean as a colour, where it is one.
    let meanColor: PictureOptions.Color

    /// Computes the values.
    ///
    /// - Throws: ``UserError`` for means and deviations that are not three, or of no use.
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
