import Files
import Yams

/// A number of bytes as people write it: `8GB`, `512 MB`, `2GiB`.
public struct ByteCount: Sendable, Equatable {
    /// The bytes.
    package var bytes: Int

    /// Makes a count.
    package init(_ bytes: Int) { self.bytes = bytes }

    private static let units = [
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("TiB", 1 << 40), ("GiB", 1 << 30),
        ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Reads a text; a number without a unit is bytes.
    ///
    /// - Throws: ``UserError`` without a place, which says what is expected.
    package init(_ text: String) throws {
        let compact = text.filter { !$0.isWhitespace }
        let number = compact.prefix { $0.isNumber || $0 == "." }
        let unit = compact.dropFirst(number.count).lowercased()
        let factor = unit.isEmpty ? 1 : Self.units.first { $0.0.lowercased() == unit }?.1
        guard let value = Double(number), let factor, value * Double(factor) >= 1, value * Double(factor) < 1e18 else {
            throw UserError("expected a number of bytes as 8GB, 512MB or 2GiB, found \(text.quoted)")
        }
        bytes = Int(value * Double(factor))
    }
}

extension ByteCount: CustomStringConvertible {
    /// The count in the largest unit that it is a whole number of.
    public var description: String {
        let unit = Self.units.sorted { $0.1 > $1.1 }.first { bytes >= $0.1 && bytes % $0.1 == 0 } ?? ("B", 1)
        return "\(bytes / unit.1)\(unit.0)"
    }
}

extension ByteCount: SettingValue {
    static func read(_ node: Node) throws -> ByteCount {
        guard let scalar = node.scalar, node.null == nil else {
            throw UserError("expected a number of bytes, found \(node.shown)")
        }
        return try ByteCount(scalar.string)
    }
    var yaml: String { description }
}
