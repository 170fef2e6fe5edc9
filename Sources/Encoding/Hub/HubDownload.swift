import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Fetches the bytes of a file into the cache, continues with what is there of it, and checks their hash.
struct HubDownload {
    let blob: HubBlob
    /// The folder of blobs.
    let folder: URL
    let requests: HubRequests
    let patience: HubPatience
    /// The most bytes of one request. The session keeps what comes faster than it is written in memory; it is never more than this.
    let pieceBytes: Int

    private var partial: URL { folder.appending(path: blob.hash + ".incomplete") }

    /// How many bytes are still to be fetched, as far as the hub says. A part that is too long is unusable.
    var missing: Int {
        guard let size = blob.size else { return 0 }
        let there = HubCache.size(of: partial) ?? 0
        return there > size ? size : size - there
    }

    /// Fetches the file and puts it in its place.
    ///
    /// - Parameter progress: is called with how many bytes are missing.
    /// - Throws: ``UserError`` when the hub or the disk fails, or the bytes have another hash twice; CancellationError.
    func run(_ progress: (Int) -> Void) throws {
        for attempt in 1...2 {
            if let size = blob.size {
                // The second time in one piece: a server may not know what to do with parts.
                let piece = attempt == 1 ? pieceBytes : size
                repeat {
                    try patience.retrying(requests.stop) { try fetchPiece(of: size, atMost: piece, progress) }
                } while missing > 0
            } else {
                try patience.retrying(requests.stop) { try fetchWhole() }
            }
            if try blob.isWhole(partial) {
                let place = folder.appending(path: blob.hash)
                guard rename(partial.path, place.path) == 0 else {
                    throw UserError.system("could not put the file in its place", at: place.path)
                }
                Folder.flush(folder)
                return
            }
            unlink(partial.path)
        }
        throw UserError(
            "the bytes of \(blob.name) do not have the hash \(blob.hash) that the hub names, fetched twice",
            at: blob.url.absoluteString,
            remedy: "Try again later; a proxy or mirror between here and the hub may change files.")
    }

    /// Fetches the next piece of what is missing.
    private func fetchPiece(of size: Int, atMost pieceBytes: Int, _ progress: (Int) -> Void) throws {
        let file = try HubPartialFile(partial, size: size)
        let start = file.count
        if start == size && size > 0 { return }
        let end = min(size, start + pieceBytes)
        let range = start == 0 && end == size ? nil : end == size ? "bytes=\(start)-" : "bytes=\(start)-\(end - 1)"
        defer { progress(size - file.count) }
        do {
            try requests.get(blob.url, range: range, watching: { progress(size - file.count) }) { answer, data in
                try file.take(data, of: answer)
            }
        } catch let failure as HubFailure {
            // What is there is unusable where the server does not have the rest.
            if failure.isOfRange { unlink(partial.path) }
            throw failure
        }
        try file.flush()
        guard file.count >= end else {
            throw HubFailure(
                UserError(
                    "the connection ended after \(file.count) of \(size) bytes of \(blob.name)",
                    at: blob.url.absoluteString,
                    remedy: "Pull again: it continues where it stopped."))
        }
    }

    /// Fetches a file whose size is not known, from its start on.
    private func fetchWhole() throws {
        unlink(partial.path)
        let file = try HubPartialFile(partial, size: .max)
        try requests.get(blob.url) { answer, data in try file.take(data, of: answer) }
        try file.flush()
    }
}

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
                var sha1 = ContentHash(.sha1)
                head.withUnsafeBytes { sha1.update($0) }
                sha1.update(bytes)
                return sha1.digits == hash
            }
        }
    }
}
