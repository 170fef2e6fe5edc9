/// What makes an encoder's input of pictures.
public protocol PictureProcessing: Sendable {
    /// The rows and columns of the encoder's input.
    var outputSize: PictureSize { get }
    /// How pictures are to be read for it.
    var options: PictureOptions { get }
    /// A SHA-256 of the settings' file and the options, as 64 hexadecimal digits.
    var hash: String { get }

    /// Writes a picture's values: float32 of shape [3, ``outputSize`` height, ``outputSize`` width].
    ///
    /// - Parameters:
    ///   - picture: of any size.
    ///   - output: room for exactly 3 x height x width values.
    func process(_ picture: Picture, into output: UnsafeMutableBufferPointer<Float>)
}

extension PictureProcessor: PictureProcessing {}
