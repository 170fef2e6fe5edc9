import Datasets
import Foundation

/// A form in which item vectors are handed to another program.
package enum ExportForm: String, Sendable, CaseIterable {
    /// An array of NumPy, float32 [items, width].
    case npy
    /// uint32 rows, uint32 columns, then float32 row by row: what tools of the big-ann benchmarks and USearch read.
    case fbin
    /// A file of Faiss with an `IndexFlatIP`.
    case faiss
    /// What PostgreSQL's COPY reads in its binary form, a text and a `vector` of pgvector a row, and the SQL that makes the table.
    case pgvector
    /// A point of qdrant a line as JSON, and the settings of its collection.
    case qdrant

    /// The file with the vectors.
    package var fileName: String {
        switch self {
        case .npy: "items.npy"
        case .fbin: "items.fbin"
        case .faiss: "items.faiss"
        case .pgvector: "items.copy"
        case .qdrant: "items.ndjson"
        }
    }

    /// The widest vector that the program takes; nil where there is no limit.
    var greatestWidth: Int? {
        switch self {
        case .pgvector: 16_000
        case .qdrant: 65_536
        case .npy, .fbin, .faiss: nil
        }
    }

    /// The bytes before the first vector.
    func head(rows: Int, width: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .npy:
            // Magic, version and header together are a multiple of 64 bytes.
            var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(width)), }"
            header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
            bytes += [0x93] + "NUMPY".utf8 + [1, 0]
            bytes.append(little: UInt16(header.utf8.count))
            bytes += header.utf8
        case .fbin:
            bytes.append(little: UInt32(rows))
            bytes.append(little: UInt32(width))
        case .faiss:
            // IndexFlatIP: width, count, two fields that nobody reads, whether it is trained, metric 0, and how many numbers follow.
            bytes += "IxFI".utf8
            bytes.append(little: Int32(width))
            bytes.append(little: Int64(rows))
            bytes.append(little: Int64(1 << 20))
            bytes.append(little: Int64(1 << 20))
            bytes.append(1)
            bytes.append(little: Int32(0))
            bytes.append(little: Int64(rows * width))
        case .pgvector:
            // No flags, no more header.
            bytes += "PGCOPY\n".utf8 + [0xFF, 0x0D, 0x0A, 0x00]
            bytes += [UInt8](repeating: 0, count: 8)
        case .qdrant: break
        }
        return bytes
    }

    /// The bytes after the last vector.
    var tail: [UInt8] { self == .pgvector ? [0xFF, 0xFF] : [] }

    /// Appends a vector; `item` is only asked for where the form has ids within.
    func append(
        _ row: Int, _ vector: Slice<UnsafeBufferPointer<Float>>, item: () -> (id: String, title: String?),
        to bytes: inout [UInt8]
    ) {
        switch self {
        case .npy, .fbin, .faiss: for number in vector { bytes.append(little: number.bitPattern) }
        case .pgvector:
            let id = item().id
            bytes.append(big: Int16(2))
            bytes.append(big: Int32(id.utf8.count))
            bytes += id.utf8
            bytes.append(big: Int32(4 + 4 * vector.count))
            bytes.append(big: Int16(vector.count))
            bytes.append(big: Int16(0))
            for number in vector { bytes.append(big: number.bitPattern) }
        case .qdrant:
            let (id, title) = item()
            bytes += #"{"id":\#(row),"vector":["#.utf8
            for (place, number) in vector.enumerated() { bytes += "\(place == 0 ? "" : ",")\(number)".utf8 }
            bytes += #"],"payload":{"item_id":"#.utf8
            JSONText.append(id, to: &bytes)
            if let title {
                bytes += #","title":"#.utf8
                JSONText.append(title, to: &bytes)
            }
            bytes += "}}\n".utf8
        }
    }
}

extension [UInt8] {
    /// Appends an integer, the lowest byte first.
    mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends an integer, the highest byte first.
    mutating func append(big value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
