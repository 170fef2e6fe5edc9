import Crypto
import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A file of a repository: its bytes' hash and number.
struct HubBlob {
    /// The file's name in the repository.
    let name: String
    /// Where it is fetched from.
    let url: URL
    /// The hash of its bytes: SHA-256 (64 digits) of large files, git's SHA-1 (40 digits) of the others; some mirrors name plain SHA-1.
    let hash: String
    /// How many bytes it has; nil where the hub does not say.
    let size: Int?

    /// Asks the hub for a file's hash and size.
    ///
    /// - Throws: ``HubFailure``, or ``UserError`` for an answer without them or of another commit.
    init(_ name: String, of repository: HubRepository, commit: String, _ requests: HubRequests) throws {
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? name
        guard let url = URL(string: "\(requests.endpoint.absoluteString)/\(repository)/resolve/\(commit)/\(escaped)") else {
            throw UserError("\"\(name)\" is not the name of a file", at: repository.description)
        }
        let answer = try requests.head(url)
        func field(_ name: String) -> String? { answer.value(forHTTPHeaderField: name) }
        var tag = field("X-Linked-Etag") ?? field("ETag") ?? ""
        if tag.hasPrefix("W/") { tag.removeFirst(2) }
        var hash = tag.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        // A proxy that packs answers says so in the tag.
        if hash.hasSuffix("-gzip") { hash.removeLast("-gzip".count) }
        // Without the hub's own field, the length is only that of the file where this is no redirect.
        let length = field("X-Linked-Size") ?? ((200...299).contains(answer.statusCode) ? field("Content-Length") : nil)
        guard HubFiles.isHash(hash, digits: 40) || HubFiles.isHash(hash, digits: 64) else {
            throw UserError(
                "the answer names no hash of the file", at: url.absoluteString,
                remedy: "Check HF_ENDPOINT: it has to be a hub of Hugging Face or a full mirror.")
        }
        let size = length.map { Int($0) ?? -1 }
        if let length, (size ?? 0) < 0 {
            throw UserError(
                "the answer names \"\(length.prefix(40))\" as the size of the file", at: url.absoluteString,
                remedy: "Check HF_ENDPOINT: it has to be a hub of Hugging Face or a full mirror.")
        }
        guard field("X-Repo-Commit") ?? commit == commit else {
            throw UserError("the answer is of another commit than \(commit)", at: url.absoluteString)
        }
        self.name = name
        self.url = url
        self.hash = hash
        self.size = size
    }

    /// Whether a file holds just these bytes.
    ///
    /// - Throws: ``UserError`` when it cannot be read.
    func isWhole(_ file: URL) throws -> Bool {
        try MappedFile(file).withBytes { bytes in
            guard size == nil || bytes.count == size else { return false }
            if hash.utf8.count == 64 { return ContentHash.of(bytes) == hash }
            // Git hashes a file with a head.
            return [Data("blob \(bytes.count)\0".utf8), Data()].contains { head in
                var sha1 = Insecure.SHA1()
                sha1.update(data: head)
                sha1.update(bufferPointer: bytes)
                return sha1.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == hash
            }
        }
    }
}
