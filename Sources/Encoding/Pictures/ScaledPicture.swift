/// A picture resized and cropped for an encoder, still as bytes: a quarter of the memory of the encoder's input.
public struct ScaledPicture: Sendable {
    /// What is seen of the resized picture.
    let seen: Picture
    /// The place of its first pixel in the input.
    let left: Int
    let top: Int
    /// What the picture covers of the input with the margin of a crop.
    let window: PictureSize

    /// Bytes that it takes.
    public var byteCount: Int { seen.pixels.count }
}
