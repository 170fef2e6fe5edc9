/// Where a picture's pixels come to lie in an encoder's input.
struct PictureLayout {
    /// The size of the resized picture.
    let resized: PictureSize
    /// The part of the resized picture that is seen.
    let columns: Range<Int>
    let rows: Range<Int>
    /// The place of its first pixel in the input.
    let left: Int
    let top: Int
    /// What the picture covers of the input, from its first pixel on, with the margin of a crop that is larger than the picture.
    /// Beyond it is padding.
    let window: PictureSize

    /// Lays a picture out.
    ///
    /// - Parameters:
    ///   - resized: its size after resizing.
    ///   - crop: the size of the part around its centre that is kept; nil keeps all.
    ///   - output: the size of the input.
    init(resized: PictureSize, crop: PictureSize?, output: PictureSize) {
        let size = crop ?? resized
        window = PictureSize(height: min(size.height, output.height), width: min(size.width, output.width))
        self.resized = resized
        // Where the window begins in the resized picture: before its first pixel where the window is larger.
        let x = (resized.width - size.width) >> 1
        let y = (resized.height - size.height) >> 1
        columns = max(0, x)..<min(resized.width, x + window.width)
        rows = max(0, y)..<min(resized.height, y + window.height)
        left = columns.lowerBound - x
        top = rows.lowerBound - y
    }
}
