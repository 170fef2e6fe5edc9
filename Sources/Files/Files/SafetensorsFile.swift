package import Foundation

/// The layout of a safetensors file: names, types, shapes and places of its tensors over a mapped file.
///
/// Format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes. Everything in the header is checked before
/// a byte of a tensor is used. Tensors are plain bytes here; the engine makes tensors of them.
package struct SafetensorsFile: Sendable {
    /// One tensor of the file.
    package struct Entry: Sendable, Equatable {
        /// The element type as the format writes it: `F32`, `F16`, `BF16`, `I64`, ...; it may be one that is not known here.
        package let type: String
        /// The shape; empty for a scalar.
        package let shape: [Int]
        /// Where the bytes are, counted from the start of the file.
        package let range: Range<Int>
    }

    /// The mapped file.
    package let file: MappedFile
    /// The tensors by name.
    package let entries: [String: Entry]
    /// The free text pairs of the header's `__metadata__`.
    package let metadata: [String: String]

    /// No header may be longer than this, in bytes.
    package static let longestHeader = 100 << 20

    /// Bytes of one element, by type name: also of types whose elements are not read here.
    package static let sizes = ["F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "U32": 4, "U64": 8].merging(
        ElementType.allCases.map { ($0.safetensorsName, $0.size) }
    ) { size, _ in size }

    /// Opens a file and checks its header.
    ///
    /// - Throws: ``UserError`` for a file that is missing, cut off, or whose header is not what the format says.
    package init(_ url: URL) throws {
        file = try MappedFile(url)
        let bytes = UnsafeRawBufferPointer(file.bytes)
        func damaged(_ problem: String) -> UserError {
            UserError(problem, at: url.path, remedy: "The file is damaged or not safetensors: fetch or make it again.")
        }
        try LargeFilePointer.check(bytes, at: url.path)
        guard bytes.count >= 8 else { throw damaged("\(bytes.count) bytes, too short for a safetensors file") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.longestHeader), Int(length) <= bytes.count - 8 else {
            throw damaged("the header says \(length) bytes, the file has \(bytes.count)")
        }
        let start = 8 + Int(length)
        let header = Data(bytes[8..<start])
        guard let object = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
            throw damaged("the header is not a JSON object")
        }
        var entries: [String: Entry] = [:]
        var metadata: [String: String] = [:]
        // In the order of names, so that of several faults the same one is reported each time.
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            if name == "__metadata__" {
                guard let pairs = value as? [String: String] else { throw damaged("__metadata__ is not a map of texts") }
                metadata = pairs
                continue
            }
            guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
                let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int], offsets.count == 2
            else { throw damaged("tensor \"\(name)\" has no dtype, shape and data_offsets") }
            guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= bytes.count - start else {
                throw damaged("tensor \"\(name)\" lies at \(offsets[0])..<\(offsets[1]) of \(bytes.count - start) bytes")
            }
            // A type that is not known has no size that could be checked; the error names the type when such a tensor is asked for.
            var expected = Self.sizes[type] ?? 1
            for extent in shape {
                let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else { throw damaged("tensor \"\(name)\" has the impossible shape \(shape)") }
                expected = product
            }
            guard Self.sizes[type] == nil || expected == offsets[1] - offsets[0] else {
                throw damaged(
                    "tensor \"\(name)\" of shape \(shape) and type \(type) needs \(expected) bytes, has \(offsets[1] - offsets[0])"
                )
            }
            entries[name] = Entry(type: type, shape: shape, range: (start + offsets[0])..<(start + offsets[1]))
        }
        var end = start
        for (name, entry) in entries.sorted(by: { $0.value.range.lowerBound < $1.value.range.lowerBound })
        where !entry.range.isEmpty {
            guard entry.range.lowerBound >= end else { throw damaged("tensor \"\(name)\" lies over another one") }
            end = entry.range.upperBound
        }
        self.entries = entries
        self.metadata = metadata
    }

    /// The bytes of a tensor; they live as long as ``file``.
    package func bytes(of entry: Entry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(file.bytes)[entry.range])
    }

    /// The elements of a tensor of a plain type, mapped and not copied; they live as long as ``file``.
    ///
    /// - Throws: ``UserError`` when the tensor is missing or is not of this type.
    package func elements<Element: BitwiseCopyable>(_ name: String, type: String, as: Element.Type) throws
        -> UnsafeBufferPointer<Element>
    {
        guard let entry = entries[name] else {
            throw UserError(
                "tensor \"\(name)\" is missing", at: file.url.path, remedy: "The file was not written by this program.")
        }
        guard entry.type == type, Self.sizes[type] == MemoryLayout<Element>.size else {
            throw UserError("tensor \"\(name)\" has type \(entry.type), expected \(type)", at: file.url.path)
        }
        let bytes = bytes(of: entry)
        guard Int(bitPattern: bytes.baseAddress) % MemoryLayout<Element>.alignment == 0 else {
            throw UserError("tensor \"\(name)\" is not aligned to \(MemoryLayout<Element>.alignment) bytes", at: file.url.path)
        }
        return bytes.bindMemory(to: Element.self)
    }
}

/// Writes a safetensors file atomically, tensor by tensor, without holding them all in memory.
///
/// The layout is declared first (names, types and shapes); then the bytes are appended in that order.
package final class SafetensorsWriter {
    /// A tensor that will be written.
    package struct Declaration: Sendable {
        let name: String
        let type: String
        let shape: [Int]

        /// Declares a tensor: its name, type as the format writes it (`F32`, `F16`, `BF16`, `I64`, ...) and shape.
        package init(_ name: String, type: String, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }

        var count: Int { shape.reduce(SafetensorsFile.sizes[type]!, *) }
    }

    private let file: AtomicFile
    private let total: Int
    private var written = 0

    /// Starts a file with its header.
    ///
    /// - Throws: ``UserError`` when the file cannot be written.
    package init(_ url: URL, _ declarations: [Declaration], metadata: [String: String] = [:]) throws {
        var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
        var offset = 0
        for declaration in declarations {
            precondition(header[declaration.name] == nil, "tensor \(declaration.name) is declared twice")
            header[declaration.name] = [
                "dtype": declaration.type, "shape": declaration.shape, "data_offsets": [offset, offset + declaration.count],
            ]
            offset += declaration.count
        }
        total = offset
        var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
        json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        file = try AtomicFile(url)
        var length = UInt64(json.count).littleEndian
        try withUnsafeBytes(of: &length) { try file.write($0) }
        try file.write(json)
    }

    /// Appends bytes of the declared tensors, in their order; any piece sizes will do.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        written += bytes.count
        precondition(written <= total, "more bytes than were declared")
        try file.write(bytes)
    }

    /// Appends the elements of an array.
    package func append<Element: BitwiseCopyable>(_ elements: [Element]) throws {
        try elements.withUnsafeBytes { try append($0) }
    }

    /// Appends zeros that take no space on the disk; the last tensor's bytes have to be real ones.
    package func appendHole(_ count: Int) throws {
        written += count
        precondition(written < total, "a hole at the end of the file")
        try file.skip(count)
    }

    /// Puts the finished file in its place.
    package func commit() throws {
        precondition(written == total, "\(written) bytes written, \(total) declared")
        try file.commit()
    }
}
