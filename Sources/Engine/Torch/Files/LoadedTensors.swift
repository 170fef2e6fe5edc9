import Files

/// Tensors that were read from files, on whatever thread, and not yet used.
package final class LoadedTensors: Sendable {
    /// Bytes of all.
    package let byteCount: Int
    private let tensors: [String: (shape: [Int], dtype: ElementType, memory: LoadedMemory)]
    private let place: String

    /// Reads tensors into memory of their own.
    ///
    /// - Parameters:
    ///   - names: the tensors wanted.
    ///   - weights: the files they are in.
    /// - Throws: ``UserError`` when one is missing or has a type that the engine does not hold, and when the disk fails.
    package init(_ names: [String], of weights: Weights) throws {
        place = weights.place
        var tensors: [String: (shape: [Int], dtype: ElementType, memory: LoadedMemory)] = [:]
        var file: RandomAccessFile?
        var byteCount = 0
        for name in names {
            guard let (url, range) = weights.place(of: name), let shape = weights.shape(of: name),
                let dtype = weights.dtype(of: name)
            else {
                // Asking for it gives the error that says what is wrong.
                _ = try weights.tensor(name)
                continue
            }
            if file?.url != url { file = try RandomAccessFile(reading: url) }
            let memory = LoadedMemory(byteCount: range.count)
            try file?.read(into: memory.bytes, at: range.lowerBound)
            tensors[name] = (shape, dtype, memory)
            byteCount += range.count
        }
        self.tensors = tensors
        self.byteCount = byteCount
    }

    /// Whether there is a tensor of this name.
    func has(_ name: String) -> Bool { tensors[name] != nil }

    /// A tensor over the memory that was read.
    func tensor(_ name: String, shape: [Int]) throws -> Tensor {
        guard let tensor = tensors[name] else { throw UserError("tensor \"\(name)\" was not read", at: place) }
        guard tensor.shape == shape else {
            throw UserError(
                "tensor \"\(name)\" has shape \(tensor.shape), expected \(shape)", at: place,
                remedy: "The file does not fit the configuration it is used with.")
        }
        return .over(tensor.memory.bytes.baseAddress, shape: shape, dtype: tensor.dtype, owner: tensor.memory)
    }
}

/// Memory that is filled once and read from then on.
private final class LoadedMemory: Sendable {
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { bytes = .allocate(byteCount: byteCount, alignment: 64) }

    deinit { bytes.deallocate() }
}
