import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// Writes a small dataset with items "i0", "i1", ... and users "u0", "u1", ... and gives it to `body`.
func withDataset<Result>(
    items: Int, _ histories: [[Int32]], timestamps: [[Int64]]? = nil, _ body: (Dataset) throws -> Result
) throws -> Result {
    try withTemporaryFolder { folder in
        var contents = DatasetContents(
            name: "small", source: "test", items: (0..<items).map { .init(id: "i\($0)", title: "title \($0)") },
            histories: histories.enumerated().map { ("u\($0)", $1) })
        contents.timestamps = timestamps?.flatMap { $0 }
        return try body(try contents.write(to: folder.appending(path: "set")))
    }
}

/// Expects that `body` throws a ``UserError`` with these parts.
///
/// - Parameters:
///   - problem: a part of what is wrong.
///   - place: the end of the place, as in "t.csv:2".
///   - remedy: a part of the remedy.
func expectError(
    _ problem: String, at place: String = "", remedy: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("expected an error: \(problem)", sourceLocation: sourceLocation)
    } catch let error as UserError {
        #expect(error.problem.contains(problem), sourceLocation: sourceLocation)
        #expect((error.place ?? "").hasSuffix(place), sourceLocation: sourceLocation)
        if let remedy { #expect((error.remedy ?? "").contains(remedy), sourceLocation: sourceLocation) }
    } catch {
        Issue.record("expected a UserError, got \(error)", sourceLocation: sourceLocation)
    }
}

/// A gzip stream of stored (not compressed) blocks.
func gzip(_ bytes: [UInt8]) -> Data {
    var stream: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
        let block = rest.prefix(0xFFFF)
        rest = rest.dropFirst(block.count)
        let count = UInt16(block.count)
        stream.append(rest.isEmpty ? 1 : 0)
        for value in [count, ~count] { stream += [UInt8(value & 0xFF), UInt8(value >> 8)] }
        stream += block
    } while !rest.isEmpty
    var checksum: UInt32 = ~0
    for byte in bytes {
        checksum ^= UInt32(byte)
        for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    for value in [~checksum, UInt32(bytes.count)] { stream += (0..<4).map { UInt8(value >> ($0 * 8) & 0xFF) } }
    return Data(stream)
}

extension URL {
    /// Writes text below this folder and gives the file's place.
    func file(_ name: String, _ text: String) throws -> URL {
        let url = appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url
    }
}
