import Files
import Foundation

/// Writes a file line by line, atomically and in large pieces.
enum LineWriter {
    /// Writes one line per element; `append` adds the element's bytes, the line end is added here.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    static func write<Element>(
        _ elements: [Element], to url: URL, _ append: (Element, inout [UInt8]) -> Void
    ) throws {
        let file = try AtomicFile(url)
        var buffer: [UInt8] = []
        for element in elements {
            append(element, &buffer)
            buffer.append(UInt8(ascii: "\n"))
            if buffer.count >= 1 << 20 {
                try buffer.withUnsafeBytes { try file.write($0) }
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try buffer.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }
}
