import FoundationEssentials
/// A tensor in a mapped file: where its elements lie and how they are read. Nothing is copied before it is asked for.
package struct StoredTensor: Sendable {
    /// The file that holds the bytes.
    package let file: MappedFile
    /// What the elements are.
    package let type: ElementType
    /// Whether their bytes begin with the most significant one.
    package let isBigEndian: Bool
    /// The shape; empty for a scalar.
    package let shape: [Int]
    /// How many elements of the storage lie between neighbours along each dimension.
    package let strides: [Int]
    /// The bytes of the storage, which several tensors may share, counted from the start of the file.
    package let storage: Range<Int>
    /// The place of the first element in the storage, in elements.
    package let offset: Int

    /// How many elements there are.
    package var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

    /// Names a tensor after it has been checked that all its elements lie in the storage.
    ///
    /// - Throws: ``UserError`` for a shape and strides that do not fit the storage, or make more elements than it holds.
    init(
        file: MappedFile, type: ElementType, isBigEndian: Bool, shape: [Int], strides: [Int], storage: Range<Int>, offset: Int,
        name: String
    ) throws {
        let room = storage.count / type.size
        guard storage.lowerBound >= 0, storage.upperBound <= file.bytes.count, strides.count == shape.count, shape.count <= 64,
            Self.fits(shape, strides, offset: offset, room: room)
        else {
            throw UserError(
                "the tensor \(name) of shape \(shape) and strides \(strides) from \(offset) on does not fit its storage of \(room) "
                    + "elements",
                at: file.url.path, remedy: "The file is damaged, or the tensor repeats elements: save a copy of it.")
        }
        self.file = file
        self.type = type
        self.isBigEndian = isBigEndian
        self.shape = shape
        self.strides = strides
        self.storage = storage
        self.offset = offset
    }

    private static func fits(_ shape: [Int], _ strides: [Int], offset: Int, room: Int) -> Bool {
        guard offset >= 0, offset <= room, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else { return false }
        if shape.contains(0) { return true }
        var count = 1
        var last = offset
        for (extent, stride) in zip(shape, strides) {
            let (product, tooMany) = count.multipliedReportingOverflow(by: extent)
            let (distance, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
            let (sum, beyond) = last.addingReportingOverflow(distance)
            guard !tooMany, !tooFar, !beyond, product <= room else { return false }
            count = product
            last = sum
        }
        return last < room
    }

    private init(_ whole: StoredTensor, index: Int) {
        file = whole.file
        type = whole.type
        isBigEndian = whole.isBigEndian
        shape = Array(whole.shape.dropFirst())
        strides = Array(whole.strides.dropFirst())
        storage = whole.storage
        offset = whole.offset + index * whole.strides[0]
    }

    /// The part with this index along the first dimension.
    package subscript(index: Int) -> StoredTensor {
        precondition(!shape.isEmpty && (0..<shape[0]).contains(index), "index \(index) of a tensor of shape \(shape)")
        return StoredTensor(self, index: index)
    }

    /// Writes all elements in the order of their indices, the last one running fastest, as float32.
    ///
    /// - Parameter values: room for exactly ``count`` values.
    package func copy(into values: UnsafeMutableBufferPointer<Float>) {
        precondition(type.isFloating && values.count == count, "\(count) values of type \(type) for \(values.count) places")
        if values.isEmpty { return }
        file.withBytes { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[storage])
            let width = shape.last ?? 1
            let stride = strides.last ?? 1
            let outer = Array(shape.dropLast())
            var index = [Int](repeating: 0, count: outer.count)
            var place = offset
            var next = 0
            while next < values.count {
                for column in 0..<width {
                    values[next + column] = type.value(
                        at: (place + column * stride) * type.size, of: bytes, isBigEndian: isBigEndian)
                }
                next += width
                // On to the next index of the outer dimensions.
                for dimension in outer.indices.reversed() {
                    index[dimension] += 1
                    place += strides[dimension]
                    if index[dimension] < outer[dimension] { break }
                    place -= strides[dimension] * outer[dimension]
                    index[dimension] = 0
                }
            }
        }
    }

    /// All elements as float32.
    package func floats() -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { values, filled in
            copy(into: UnsafeMutableBufferPointer(rebasing: values[..<count]))
            filled = count
        }
    }

    /// The strides of a tensor whose elements lie in the order of their indices; the first or the last one running fastest.
    static func denseStrides(_ shape: [Int], firstIsFastest: Bool = false) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        var stride = 1
        for dimension in firstIsFastest ? Array(shape.indices) : shape.indices.reversed() {
            strides[dimension] = stride
            // An overflow shows when the tensor is checked: its shape has then more elements than any storage.
            stride = stride.multipliedReportingOverflow(by: max(1, shape[dimension])).partialValue
        }
        return strides
    }
}

extension SafetensorsFile {
    /// A tensor of the file.
    ///
    /// - Throws: ``UserError`` when it is missing or of a type that is not read.
    package func tensor(_ name: String) throws -> StoredTensor {
        guard let entry = entries[name] else { throw UserError("tensor \"\(name)\" is missing", at: file.url.path) }
        guard let type = ElementType(safetensorsName: entry.type) else {
            throw UserError("tensor \"\(name)\" has the type \(entry.type), which is not read", at: file.url.path)
        }
        return try StoredTensor(
            file: file, type: type, isBigEndian: false, shape: entry.shape, strides: StoredTensor.denseStrides(entry.shape),
            storage: entry.range, offset: 0, name: "\"\(name)\"")
    }
}
