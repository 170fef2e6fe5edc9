/// How pictures are read.
public struct PictureOptions: Sendable {
    /// The most pixels a picture may have. A file that claims more is refused before memory is taken for it.
    public var maximumPixels: Int
    /// Whether a JPEG is turned as its EXIF orientation says. Off by default, as it is in `transformers`.
    public var appliesOrientation: Bool

    /// The default of ``maximumPixels``, Pillow's own limit: 512 MB of pixels.
    public static let defaultMaximumPixels = 178_956_970

    /// Makes options.
    public init(maximumPixels: Int = Self.defaultMaximumPixels, appliesOrientation: Bool = false) {
        self.maximumPixels = maximumPixels
        self.appliesOrientation = appliesOrientation
    }
}
