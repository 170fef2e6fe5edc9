import Foundation

/// The repository's fixtures, from which most seeds come.
enum Fixtures {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// A file.
    static func url(_ path: String) -> URL { folder.appending(path: path) }

    /// The bytes of a file.
    static func data(_ path: String) throws -> Data { try Data(contentsOf: url(path)) }

    /// The files below a folder with one of these endings, in the order of their paths; none larger than `most` bytes.
    static func all(in path: String, ending endings: String..., most: Int = 20_000) throws -> [Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: url(path).path).sorted()
        return try names.filter { name in endings.contains { name.hasSuffix($0) } }.map { try data("\(path)/\($0)") }
            .filter { $0.count <= most }
    }
}
