/// What makes an encoder's input of pictures.
public protocol PictureProcessing: Sendable {
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
    public func process(_ picture: Picture, into output: UnsafeMutableBufferPointer<Float>) {
        write(scaled(picture), into: output)
    }
}

extension PictureProcessor: PictureProcessing {}
