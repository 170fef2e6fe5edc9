import Files
package import Foundation

/// What a request may do; each scope has those before it.
package enum AccessScope: String, Sendable, CaseIterable, Comparable {
    /// To ask.
    case read
    /// To change items and events.
    case write
    /// To reload the model and to copy the database.
    case admin

    /// Narrower scopes come first.
    package static func < (one: AccessScope, other: AccessScope) -> Bool {
        allCases.firstIndex(of: one)! < allCases.firstIndex(of: other)!
    }
}

/// The tokens that requests are let in by. Only their hashes are kept.
package struct AccessTokens: Sendable {
    /// The bytes that a token has at least.
    static let leastBytes = 32

    private var entries: [(digest: [UInt8], scope: AccessScope)] = []

    /// Reads a file of lines `read|write|admin TOKEN`; empty ones and those with `#` first do not count.
    ///
    /// - Throws: ``UserError`` for a file that others may read, a line of another form, and a token that is short or stands twice.
    package init(file: URL) throws {
        for line in try Self.lines(of: file) {
            let place = "\(file.path):\(line.number)"
            guard line.token.utf8.count >= Self.leastBytes else {
                throw UserError(
                    "the token has \(line.token.utf8.count) bytes, expected at least \(Self.leastBytes)", at: place,
                    remedy: "Make one: head -c 32 /dev/urandom | base64")
            }
            let digest = Self.digest(line.token)
            guard !entries.contains(where: { $0.digest == digest }) else {
                throw UserError("the token stands twice", at: place, remedy: "Give each scope a token of its own.")
            }
            entries.append((digest, line.scope))
        }
        guard !entries.isEmpty else {
            throw UserError("the file has no tokens", at: file.path, remedy: "Write a line: read TOKEN")
        }
    }

    /// The first token of a file that is good for a scope; nil where none is.
    ///
    /// - Throws: ``UserError`` as ``init(file:)`` does.
    static func token(for scope: AccessScope, in file: URL) throws -> String? {
        try lines(of: file).filter { $0.scope >= scope }.min { $0.scope < $1.scope }?.token
    }

    private static func lines(of file: URL) throws -> [(number: Int, scope: AccessScope, token: String)] {
        try NamedPipe.refuse(file)
        let attributes: [FileAttributeKey: Any]
        let text: String
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            text = try String(contentsOf: file, encoding: .utf8)
        } catch { throw UserError.system("could not read the tokens", at: file.path, error: error) }
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw UserError("others may read the tokens", at: file.path, remedy: "Run: chmod 600 \(file.path)")
        }
        return try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { line, content in
            let words = content.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { return nil }
            guard words.count == 2, let scope = AccessScope(rawValue: String(first)) else {
                // The line is not shown: it may hold a token.
                throw UserError("the line is not of the form read|write|admin TOKEN", at: "\(file.path):\(line + 1)")
            }
            return (line + 1, scope, String(words[1]))
        }
    }

    /// The scope of a token; nil for one that is none. How long it takes says nothing about how near the token comes.
    package func scope(of token: some StringProtocol) -> AccessScope? {
        let digest = Self.digest(token)
        return entries.reduce(nil) { found, entry in
            let difference = zip(entry.digest, digest).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            return difference == 0 ? entry.scope : found
        }
    }

    private static func digest(_ token: some StringProtocol) -> [UInt8] {
        Array(Array(token.utf8).withUnsafeBytes { ContentHash.of($0) }.utf8)
    }
}
