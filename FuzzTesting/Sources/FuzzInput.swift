import Foundation

/// Inputs of several parts, and inputs as the files that the readers open.
enum FuzzInput {
    /// Stands between the parts of an input: the record separator of ASCII, which is rare in texts.
    static let separator: UInt8 = 0x1E

    /// One input of several parts; all but the last without a separator in them.
    static func joined(_ parts: [Data]) -> Data { Data(parts.joined(separator: [separator])) }

    /// The parts of an input, exactly `count`: what is missing is empty, and the last one takes the rest.
    static func parts(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> [Data] {
        let parts = bytes.split(separator: separator, maxSplits: count - 1, omittingEmptySubsequences: false).map { Data($0) }
        return parts + Array(repeating: Data(), count: count - parts.count)
    }

    /// A folder of this process alone, empty at its start.
    static let folder: URL = {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "iisan-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.removeItem(at: url)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            fatalError("\(url.path): \(error)")
        }
        return url
    }()

    /// Writes a file of the folder, anew each time.
    static func file(_ name: String, _ bytes: some Sequence<UInt8>) -> URL {
        let url = folder.appending(path: name)
        do { try Data(bytes).write(to: url) } catch { fatalError("\(url.path): \(error)") }
        return url
    }
}
