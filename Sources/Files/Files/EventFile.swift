import Foundation

/// Scalars by step that TensorBoard shows while they are written: `tensorboard --logdir RUN`.
///
/// TensorBoard reads files with `tfevents` in their name.
///
/// ```swift
/// let events = try EventFile(run.appending(path: "events.tfevents"), keepingStepsBelow: firstEpoch)
/// try events.write(step: 3, values: [("loss", 4.2), ("validation/hr@10", 0.09)])
/// ```
public final class EventFile {
    /// Where the file is.
    public let url: URL
    private let file: RandomAccessFile
    private var end: Int

    /// Opens a file for more events; makes it where there is none.
    ///
    /// Of an existing file the events before the first that is half written, damaged, or not below a step are kept, and the rest is cut off:
    /// a run that goes on from a checkpoint writes those steps again.
    ///
    /// - Parameters:
    ///   - url: the file, in an existing folder.
    ///   - step: the first step that will be written; 0 starts anew.
    ///   - wallTime: seconds since 1970, for the first record of a new file.
    /// - Throws: ``UserError`` when the file cannot be read or written.
    public init(_ url: URL, keepingStepsBelow step: Int, wallTime: Double = Date().timeIntervalSince1970) throws {
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
    public func write(step: Int, wallTime: Double = Date().timeIntervalSince1970, values: [(tag: String, value: Float)]) throws
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
