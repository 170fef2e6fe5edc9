import Torch

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

/// Memory for the pixels of a batch of pictures, used again for later batches.
final class PixelBuffer: @unchecked Sendable {
    // One thread at a time writes a place or reads the whole: a batch is handed over when it is full.
    private let memory: UnsafeMutableBufferPointer<Float>
    private let height: Int
    private let width: Int
    /// Values of one picture.
    private var count: Int { 3 * height * width }

    /// Takes memory for `items` pictures in 3 channels, float32.
    init(items: Int, height: Int, width: Int) {
        self.height = height
        self.width = width
        memory = .allocate(capacity: items * 3 * height * width)
        memory.initialize(repeating: 0)
    }

    deinit { memory.deallocate() }

    /// The place of one picture.
    func place(_ item: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: memory[(item * count)..<((item + 1) * count)])
    }

    /// Moves a picture to the place of another.
    func move(from: Int, to: Int) { _ = place(to).update(fromContentsOf: place(from)) }

    /// The first pictures [items, 3, height, width], without a copy.
    func tensor(items: Int) -> Tensor {
        .over(memory.baseAddress, shape: [items, 3, height, width], dtype: .float32, owner: self)
    }
}
