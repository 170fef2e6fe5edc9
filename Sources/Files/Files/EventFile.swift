package import Foundation

/// Scalars by step that TensorBoard shows while they are written: `tensorboard --logdir RUN`.
///
/// TensorBoard reads files with `tfevents` in their name.
///
/// ```swift
/// let events = try EventFile(run.appending(path: "events.tfevents"), keepingStepsBelow: firstEpoch)
/// try events.write(step: 3, values: [("loss", 4.2), ("validation/hr@10", 0.09)])
/// ```
package final class EventFile {
    /// Where the file is.
    package let url: URL
    private let file: RandomAccessFile
    private var end: Int

    /// Opens a file for more events; makes it where there is none.
    ///
    /// Of an existing file the events before the first that is half written, damaged, or not below a step are kept, and the rest is cut off:
    /// a run that continues from a checkpoint writes those steps again.
    ///
    /// - Parameters:
    ///   - url: the file, in an existing folder.
    ///   - step: the first step that will be written; 0 starts again.
    ///   - wallTime: seconds since 1970, for the first record of a new file.
    /// - Throws: ``UserError`` when the file cannot be read or written.
    package init(_ url: URL, keepingStepsBelow step: Int, wallTime: Double = Date().timeIntervalSince1970) throws {
        self.url = url
        let old = FileManager.default.fileExists(atPath: url.path) ? [UInt8](try Self.bytes(of: url)) : []
        end = 0
        while step > 0, let record = EventRecord.read(old[end...]), end == 0 || record.step < step { end += record.length }
        file = try RandomAccessFile(updating: url)
        try file.truncate(to: end)
        if end == 0 { try append(EventRecord.version(wallTime: wallTime)) }
    }

    /// Appends the scalars of a step; a reader of the file sees them at once.
    ///
    /// - Parameters:
    ///   - step: from 0, not below those written before.
    ///   - wallTime: seconds since 1970.
    ///   - values: tags, with slashes between a group and its parts, and values, finite or not.
    /// - Throws: ``UserError`` when the disk is full or fails.
    package func write(step: Int, wallTime: Double = Date().timeIntervalSince1970, values: [(tag: String, value: Float)]) throws
    {
        try append(EventRecord.scalars(values, step: step, wallTime: wallTime))
    }

    private func append(_ record: [UInt8]) throws {
        try record.withUnsafeBytes { try file.write($0, at: end) }
        end += record.count
    }

    private static func bytes(of url: URL) throws -> Data {
        do { return try Data(contentsOf: url) } catch {
            throw UserError.system("could not read the file", at: url.path, error: error)
        }
    }
}

/// An event of TensorBoard as a TFRecord: length, its checksum, the event as protobuf, its checksum.
///
/// Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }, Summary { repeated Value value = 1 },
/// Value { string tag = 1; float simple_value = 2 }.
enum EventRecord {
    /// The bytes around an event: 8 of its length and 4 of each checksum.
    static let framing = 16

    /// The record that every file starts with.
    static func version(wallTime: Double) -> [UInt8] {
        framed(double(1, wallTime) + field(3, Array("brain.Event:2".utf8)))
    }

    /// The record of scalars at a step.
    static func scalars(_ values: [(tag: String, value: Float)], step: Int, wallTime: Double) -> [UInt8] {
        let summary = values.flatMap { field(1, field(1, Array($0.tag.utf8)) + [2 << 3 | 5] + bytes($0.value.bitPattern)) }
        return framed(double(1, wallTime) + [2 << 3] + variable(UInt64(bitPattern: Int64(step))) + field(5, summary))
    }

    /// The step of the record at the start of bytes and the record's length; nil where no whole, undamaged record is.
    static func read(_ record: ArraySlice<UInt8>) -> (step: Int, length: Int)? {
        guard record.count >= framing else { return nil }
        let length = number(record.prefix(8))
        guard length <= UInt64(record.count - framing),
            number(record.dropFirst(8).prefix(4)) == UInt64(CRC32C.masked(record.prefix(8)))
        else { return nil }
        let event = record.dropFirst(12).prefix(Int(length))
        guard number(record.dropFirst(12 + Int(length)).prefix(4)) == UInt64(CRC32C.masked(event)), let step = step(of: event)
        else { return nil }
        return (step, framing + Int(length))
    }

    /// The field 2 of an event; 0 where it has none, nil where the event is not understood.
    private static func step(of event: ArraySlice<UInt8>) -> Int? {
        var rest = event
        var step = 0
        while !rest.isEmpty {
            guard let key = readVariable(&rest) else { return nil }
            switch key & 7 {
            case 0:
                guard let value = readVariable(&rest) else { return nil }
                if key >> 3 == 2 { step = Int(Int64(bitPattern: value)) }
            case 1: rest = rest.dropFirst(8)
            case 2:
                guard let length = readVariable(&rest), length <= UInt64(rest.count) else { return nil }
                rest = rest.dropFirst(Int(length))
            case 5: rest = rest.dropFirst(4)
            default: return nil
            }
        }
        return step
    }

    private static func framed(_ event: [UInt8]) -> [UInt8] {
        let length = bytes(UInt64(event.count))
        return length + bytes(CRC32C.masked(length)) + event + bytes(CRC32C.masked(event))
    }

    private static func double(_ field: UInt8, _ value: Double) -> [UInt8] { [field << 3 | 1] + bytes(value.bitPattern) }

    private static func field(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
        [field << 3 | 2] + variable(UInt64(content.count)) + content
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    /// A number in groups of seven bits, the lowest first.
    private static func variable(_ value: UInt64) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + variable(value >> 7)
    }

    private static func readVariable(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for place in 0..<10 {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 127) << UInt64(7 * place)
            if byte < 128 { return value }
        }
        return nil
    }
}

/// The checksum CRC-32C (Castagnoli), as TFRecord files use it.
enum CRC32C {
    /// What each byte does to the checksum: the reversed polynomial 0x82F63B78.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// The checksum of bytes: 0xE3069283 for the digits 1 to 9.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    /// The checksum as TFRecord stores it, turned and shifted, so that a checksum of data that holds checksums stays a good one.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let checksum = checksum(bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}
