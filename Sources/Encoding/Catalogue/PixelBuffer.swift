import Torch

/// Memory for the pixels of a batch of pictures, used again for later batches.
final class PixelBuffer: @unchecked Sendable {
    // One thread at a time writes a place or reads the whole: a batch is handed over when it is full.
    private let memory: UnsafeMutableBufferPointer<Float>
    private let size: Int
    /// Values of one picture: 3 x size x size.
    private var count: Int { 3 * size * size }

    /// Takes memory for `items` pictures of `size` x `size` pixels in 3 channels, float32.
    init(items: Int, size: Int) {
        self.size = size
        memory = .allocate(capacity: items * 3 * size * size)
        memory.initialize(repeating: 0)
    }

    deinit { memory.deallocate() }

    /// The place of one picture.
    func place(_ item: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: memory[(item * count)..<((item + 1) * count)])
    }

    /// Moves a picture to the place of another.
    func move(from: Int, to: Int) { _ = place(to).update(fromContentsOf: place(from)) }

    /// The first pictures [items, 3, size, size], without a copy.
    func tensor(items: Int) -> Tensor {
        .over(memory.baseAddress, shape: [items, 3, size, size], dtype: .float32, owner: self)
    }
}
