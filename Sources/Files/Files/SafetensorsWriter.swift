import Foundation

/// Writes a safetensors file atomically, tensor by tensor, without holding them all in memory.
///
/// The layout is declared first (names, types and shapes); then the bytes are appended in that order.
public final class SafetensorsWriter {
    /// A tensor that will be written.
    public struct Declaration: Sendable {
        let name: String
        let type: String
        let shape: [Int]

        /// Declares a tensor: its name, type as the format writes it (`F32`, `F16`, `BF16`, `I64`, ...) and shape.
        public init(_ name: String, type: String, shape: [Int]) {
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
    public init(_ url: URL, _ declarations: [Declaration], metadata: [String: String] = [:]) throws {
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
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        written += bytes.count
        precondition(written <= total, "more bytes than were declared")
        try file.write(bytes)
    }

    /// Appends the elements of an array.
    public func append<Element: BitwiseCopyable>(_ elements: [Element]) throws {
        try elements.withUnsafeBytes { try append($0) }
    }

    /// Appends zeros that take no space on the disk; the last tensor's bytes have to be real ones.
    public func appendHole(_ count: Int) throws {
        written += count
        precondition(written < total, "a hole at the end of the file")
        try file.skip(count)
    }

    /// Puts the finished file in its place.
    public func commit() throws {
        precondition(written == total, "\(written) bytes written, \(total) declared")
        try file.commit()
    }
}
