import Files
package import Foundation

/// What was appended to a dataset, one part after the other: `appended.json` beside its `dataset.json`.
package struct AppendedParts: Codable, Sendable, Equatable {
    /// The parts, the oldest first.
    package var all: [AppendedPart] = []

    static let fileName = "appended.json"

    /// What was appended to a dataset; none where nothing was.
    ///
    /// - Throws: ``UserError`` when the file is damaged.
    package static func read(of folder: URL) throws -> AppendedParts {
        let url = folder.appending(path: fileName)
        guard FileManager.default.fileExists(atPath: url.path) else { return AppendedParts() }
        return try JSONFile.read(AppendedParts.self, from: url)
    }

    /// The last part that came from a place.
    package func last(from source: String) -> AppendedPart? { all.last { $0.source == source } }

    func write(to folder: URL) throws { try JSONFile.write(self, to: folder.appending(path: Self.fileName)) }
}

/// A part that was appended to a dataset.
package struct AppendedPart: Codable, Sendable, Equatable {
    /// Where it came from: a server's folder, or a file.
    package var source: String
    /// The hash of the file; nil of a server's folder.
    package var hash: String?
    /// The place of the last event that was read of a server's folder; the next part begins behind it.
    package var place: Int?
    /// The revision of the last changed item that was read of a server's folder.
    package var revision: Int?
    /// When it was appended.
    package var time = Date().formatted(.iso8601)
    /// What it was.
    package var report = DatasetAppend.Report()

    /// Names a part.
    package init(source: String, hash: String? = nil, place: Int? = nil, revision: Int? = nil) {
        (self.source, self.hash, self.place, self.revision) = (source, hash, place, revision)
    }

    func with(_ report: DatasetAppend.Report) -> AppendedPart {
        var part = self
        part.report = report
        return part
    }
}
