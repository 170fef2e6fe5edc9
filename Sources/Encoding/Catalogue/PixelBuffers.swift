/// A ring of pixel buffers: the oldest is used again.
final class PixelBuffers: @unchecked Sendable {
    // Only the one thread that makes the batches asks for the next.
    private let count: Int
    private let items: Int
    private let height: Int
    private let width: Int
    private var buffers: [PixelBuffer] = []
    private var position = 0

    /// A ring of `count` buffers for `items` pictures; memory is taken when first used.
    init(count: Int, items: Int, height: Int, width: Int) {
        self.count = count
        self.items = items
        self.height = height
        self.width = width
    }

    /// Bytes of one buffer.
    var bufferBytes: Int { items * 3 * height * width * MemoryLayout<Float>.size }

    /// The buffer whose batch was taken longest ago.
    func next() -> PixelBuffer {
        if buffers.count < count { buffers.append(PixelBuffer(items: items, height: height, width: width)) }
        defer { position = (position + 1) % count }
        return buffers[position]
    }
}
