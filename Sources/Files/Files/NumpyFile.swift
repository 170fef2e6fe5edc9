package import Foundation

/// An array in a file of NumPy, `.npy`, mapped and not copied.
///
/// Format, versions 1 to 3: the bytes 93 `NUMPY`, two bytes of version, the header's length (2 bytes, from version 2 on 4), a header
/// that reads like a dictionary of Python, then the elements. The header is data here and never evaluated.
package struct NumpyFile: Sendable {
    /// The array.
    package let tensor: StoredTensor

    /// No header may be longer, in bytes.
    static let longestHeader = 1 << 16

    /// Opens a file and checks its header.
    ///
    /// - Throws: ``UserError`` for a file that is missing, cut off or not of this form, or whose elements are not floating numbers.
    package init(_ url: URL) throws {
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

/// The header of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumpyHeader {
    private(set) var type = ElementType.float32
    private(set) var isBigEndian = false
    private(set) var isFortranOrder = false
    private(set) var shape: [Int] = []

    private let bytes: [UInt8]
    private let file: String
    private var position = 0

    /// Reads a header.
    ///
    /// - Throws: ``UserError`` for text that is not such a dictionary, and for elements that are not floating numbers.
    init(_ bytes: [UInt8], file: String) throws {
        self.bytes = bytes
        self.file = file
        var seen: Set<String> = []
        try expect("{")
        while !take("}") {
            let key = try text()
            try expect(":")
            guard seen.insert(key).inserted else { throw damaged("the key '\(key)' occurs twice") }
            switch key {
            case "descr": try read(description: try text())
            case "fortran_order": isFortranOrder = try truth()
            case "shape": shape = try numbers()
            default: throw damaged("the key '\(key)' is not known")
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard position == bytes.count else { throw damaged("there is more after the dictionary") }
        guard seen.count == 3 else { throw damaged("it needs the keys descr, fortran_order and shape") }
    }

    private mutating func read(description: String) throws {
        let types: [String: ElementType] = ["f2": .float16, "f4": .float32, "f8": .float64]
        guard let order = description.first, "<>=".contains(order), let type = types[String(description.dropFirst())] else {
            throw UserError(
                "the elements are of the type '\(description)', expected float16, float32 or float64", at: file,
                remedy: "Convert the array: array.astype(\"float32\"). NumPy has no bfloat16; it shows as '<u2' or '|V2'.")
        }
        self.type = type
        isBigEndian = order == ">"
    }

    private mutating func text() throws -> String {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "'") || bytes[position] == UInt8(ascii: "\"") else {
            throw damaged("expected a text")
        }
        let quote = bytes[position]
        guard let end = bytes[(position + 1)...].firstIndex(of: quote), end - position <= 64 else {
            throw damaged("a text does not end")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position + 1..<end], as: UTF8.self)
    }

    private mutating func truth() throws -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw damaged("expected True or False")
    }

    private mutating func numbers() throws -> [Int] {
        try expect("(")
        var numbers: [Int] = []
        while !take(")") {
            skipSpace()
            let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard numbers.count < 64, let number = Int(String(decoding: digits, as: UTF8.self)) else {
                throw damaged("the shape is not a list of whole numbers")
            }
            numbers.append(number)
            position += digits.count
            if !take(",") {
                try expect(")")
                break
            }
        }
        return numbers
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x0A, 0x09, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ mark: Character) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == mark.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ mark: Character) throws {
        guard take(mark) else { throw damaged("expected \"\(mark)\" at byte \(position)") }
    }

    private func damaged(_ problem: String) -> UserError {
        UserError(
            "the header of the array cannot be read: \(problem)", at: file,
            remedy: "The file is damaged: write it again with numpy.save.")
    }
}
