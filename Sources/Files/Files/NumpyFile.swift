import Foundation

/// An array in a file of NumPy, `.npy`, mapped and not copied.
///
/// Format, versions 1 to 3: the bytes 93 `NUMPY`, two bytes of version, the header's length (2 bytes, from version 2 on 4), a header
/// that reads like a dictionary of Python, then the elements. The header is data here and never evaluated.
public struct NumpyFile: Sendable {
    /// The array.
    public let tensor: StoredTensor

    /// No header may be longer, in bytes.
    static let longestHeader = 1 << 16

    /// Opens a file and checks its header.
    ///
    /// - Throws: ``UserError`` for a file that is missing, cut off or not of this form, or whose elements are not floating numbers.
    public init(_ url: URL) throws {
        let file = try MappedFile(url)
        func damaged(_ problem: String) -> UserError {
            UserError(problem, at: url.path, remedy: "The file is damaged or no .npy: write it again with numpy.save.")
        }
        let header = try file.withBytes { bytes -> (text: [UInt8], end: Int) in
            guard bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]), bytes.count >= 12 else {
                throw damaged("not a .npy file")
            }
            guard (1...3).contains(bytes[6]) else { throw damaged("version \(bytes[6]) of the format is not known") }
            let start = bytes[6] == 1 ? 10 : 12
            let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
            guard length <= Self.longestHeader, length <= bytes.count - start else {
                throw damaged("the header says \(length) bytes, the file has \(bytes.count)")
            }
            return (Array(bytes[start..<start + length]), start + length)
        }
        let fields = try NumpyHeader(header.text, file: url.path)
        tensor = try StoredTensor(
            file: file, type: fields.type, isBigEndian: fields.isBigEndian, shape: fields.shape,
            strides: StoredTensor.denseStrides(fields.shape, firstIsFastest: fields.isFortranOrder),
            storage: header.end..<file.bytes.count, offset: 0, name: "of the file")
    }
}
