import Files
import Foundation

/// Fetches the bytes of a file into the cache, goes on with what is there of it, and checks their hash.
struct HubDownload {
    let blob: HubBlob
    /// The folder of blobs.
    let folder: URL
    let requests: HubRequests
    let patience: HubPatience
    /// The most bytes of one request. The session keeps what comes faster than it is written in memory; it is never more than this.
    let pieceBytes: Int

    private var partial: URL { folder.appending(path: blob.hash + ".incomplete") }

    /// How many bytes are still to be fetched, as far as the hub says. A part that is too long is of no use.
    var missing: Int {
        guard let size = blob.size else { return 0 }
        let there = HubCache.size(of: partial) ?? 0
        return there > size ? size : size - there
    }

    /// Fetches the file and puts it in its place.
    ///
    /// - Parameter progress: is told how many bytes are missing.
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
            // What is there is of no use where the server does not have the rest.
            if failure.isOfRange { unlink(partial.path) }
            throw failure
        }
        try file.flush()
        guard file.count >= end else {
            throw HubFailure(
                UserError(
                    "the connection ended after \(file.count) of \(size) bytes of \(blob.name)",
                    at: blob.url.absoluteString,
                    remedy: "Pull again: it goes on where it stopped."))
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
