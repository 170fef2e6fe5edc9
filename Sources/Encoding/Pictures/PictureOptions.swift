/// How pictures are read.
package struct PictureOptions: Sendable, Equatable {
    /// A colour, 8 bits a channel.
    package struct Color: Sendable, Equatable {
        /// The amount of red.
        package var red: UInt8
        /// The amount of green.
        package var green: UInt8
        /// The amount of blue.
        package var blue: UInt8

        /// Makes a colour.
        package init(red: UInt8, green: UInt8, blue: UInt8) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// White.
        package static let white = Color(red: 255, green: 255, blue: 255)
    }

    /// The most pixels a picture may have. A file whose header claims more is refused before memory is taken for it.
    package var maximumPixels: Int
    /// Whether a picture is turned as its EXIF orientation says.
    package var appliesOrientation: Bool
    /// What shows through where a picture is transparent; nil drops alpha and keeps the colours that lie under it.
    package var background: Color?

    /// The default of ``maximumPixels``: 192 MB of pixels.
    package static let defaultMaximumPixels = 64_000_000

    /// Makes options; the defaults are those of `transformers`.
    ///
    /// - Parameters:
    ///   - maximumPixels: default 64 million.
    ///   - appliesOrientation: default true, as `load_image` of `transformers` does.
    ///   - background: default white, as the image processors of `transformers` that convert to RGB do. They are given pictures with
    ///     their alpha then; after Pillow's `convert("RGB")`, and so after `load_image`, there is none left, which nil does.
    package init(
        maximumPixels: Int = Self.defaultMaximumPixels, appliesOrientation: Bool = true, background: Color? = .white
    ) {
        self.maximumPixels = maximumPixels
        self.appliesOrientation = appliesOrientation
        self.background = background
    }

    /// What determines the pixels, for hashes: not the limit.
    var fingerprint: String {
        let alpha = background.map { "\($0.red),\($0.green),\($0.blue)" } ?? "dropped"
        return "orientation=\(appliesOrientation) alpha=\(alpha)"
    }
}
