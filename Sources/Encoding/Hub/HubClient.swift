package import Files
package import Foundation

/// Fetches models from the Hugging Face hub, or a mirror of it, into the cache that Python's `huggingface_hub` uses too.
///
/// ```swift
/// let folder = try HubClient().pull("sentence-transformers/all-MiniLM-L6-v2").folder
/// ```
package struct HubClient: Sendable {
    /// What a pull has done.
    package struct Summary: Sendable {
        /// The folder of the model's files.
        package let folder: URL
        /// The commit they are of.
        package let commit: String
        /// The files asked for, by name.
        package let files: [String]
        /// Names in the repository that no file here could have, of which none was asked for.
        package let oddNames: [String]
        /// The bytes that were fetched; 0 where all was there.
        package let fetchedBytes: Int
    }

    private let endpoint: String
    private let token: String?
    private let isOffline: Bool
    private let cache: HubCache
    var patience = HubPatience()
    /// Seconds without a byte after which a server counts as gone.
    var serverPatience: TimeInterval = 60
    /// The most bytes of one request.
    var pieceBytes = 32 << 20

    /// Makes a client; what is not given is as the environment says.
    ///
    /// - Parameters:
    ///   - endpoint: the hub's address.
    ///   - token: who asks; it is told to the endpoint only, never to the servers of files it redirects to.
    ///   - cache: where models lie.
    ///   - settings: the environment's.
    package init(
        endpoint: String? = nil, token: String? = nil, cache: HubCache? = nil, settings: HubSettings = HubSettings()
    ) {
        self.endpoint = endpoint ?? settings.endpoint
        self.token = token ?? settings.token
        self.cache = cache ?? HubCache(settings.cache)
        isOffline = settings.isOffline
    }

    /// Fetches what is missing of a model; what is in the cache already, whoever put it there, is not fetched again.
    ///
    /// An interrupted pull continues where it stopped. A branch or tag is written down last, so that by its name
    /// ``HubCache/directory(of:revision:)`` finds only what was pulled to its end.
    ///
    /// - Parameters:
    ///   - name: the model's name, as in `google/vit-base-patch16-224`.
    ///   - revision: a branch, a tag or a commit; default `main`.
    ///   - files: patterns of the names of files, with `*` and `?`; nil: what an encoder needs.
    ///   - progress: is called with the bytes.
    ///   - stop: looked at ten times a second; what was fetched stays.
    /// - Throws: ``UserError`` when the hub cannot be reached, does not know the model or asks for an agreement, when the disk is too
    ///   small, when bytes do not have the hash that the hub names, and when another pull of the same model is under way;
    ///   `CancellationError` when told to stop.
    package func pull(
        _ name: String, revision: String = "main", files: [String]? = nil,
        progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> Summary {
        let repository = try HubRepository(name)
        guard HubFiles.isSafe(revision) else { throw UserError("\"\(revision)\" is not the name of a revision", at: name) }
        if isOffline { return try offline(repository, revision: revision, files: files) }
        let session = HubSession(patience: serverPatience)
        defer { session.close() }
        let requests = HubRequests(endpoint: try address(), token: token, session: session, stop: stop)
        return try pull(repository, revision: revision, files: files, requests, progress)
    }

    private func pull(
        _ repository: HubRepository, revision: String, files: [String]?, _ requests: HubRequests,
        _ progress: WorkProgress.Handler?
    ) throws -> Summary {
        let listing = try patience.retrying(requests.stop) {
            try HubListing.fetch(repository, revision: revision, requests)
        }
        let commit = listing.sha
        let (there, odd) = (listing.names.filter(HubFiles.isSafe), listing.names.filter { !HubFiles.isSafe($0) })
        var names =
            try files.map { try HubFiles.choose($0, from: there, of: repository) }
            ?? HubFiles.encoder(among: there, of: repository)
        let place = try cache.open(repository)
        defer { withExtendedLifetime(place) {} }
        let snapshot = cache.snapshot(commit, repository)
        try Folder.make(cache.blobs(repository))
        try Folder.make(snapshot)

        var fetched = try fetch(names, commit, repository, requests, progress)
        if files == nil, let index = names.first(where: { $0.hasPrefix("model.safetensors.index.") }) {
            let parts = try HubFiles.parts(of: snapshot.appending(path: index), among: there, of: repository)
            fetched += try fetch(parts, commit, repository, requests, progress)
            names = (names + parts).sorted()
        }
        try cache.note(revision, is: commit, repository)
        return Summary(folder: snapshot, commit: commit, files: names, oddNames: odd.sorted(), fetchedBytes: fetched)
    }

    /// Fetches what is missing of some files of a commit and names them there.
    ///
    /// - Returns: how many bytes were fetched.
    private func fetch(
        _ names: [String], _ commit: String, _ repository: HubRepository, _ requests: HubRequests,
        _ progress: WorkProgress.Handler?
    ) throws -> Int {
        let (blobs, snapshot) = (cache.blobs(repository), cache.snapshot(commit, repository))
        var wanted: [HubBlob] = []
        for name in names where HubCache.size(of: snapshot.appending(path: name)) == nil {
            wanted.append(
                try patience.retrying(requests.stop) {
                    try HubBlob(name, of: repository, commit: commit, requests)
                })
        }
        // Files of the same bytes are fetched once.
        var hashes: Set<String> = []
        let downloads = wanted.filter { blob in
            let there = HubCache.size(of: blobs.appending(path: blob.hash))
            return (there == nil || (blob.size != nil && there != blob.size)) && hashes.insert(blob.hash).inserted
        }.map { HubDownload(blob: $0, folder: blobs, requests: requests, patience: patience, pieceBytes: pieceBytes) }
        let fetched = try fetch(downloads, into: blobs, progress, repository)
        for blob in wanted { try cache.link(blob.name, to: blob.hash, commit: commit, repository) }
        return fetched
    }

    /// Fetches files one after the other.
    ///
    /// - Returns: how many bytes were fetched.
    private func fetch(
        _ downloads: [HubDownload], into folder: URL, _ progress: WorkProgress.Handler?, _ repository: HubRepository
    ) throws -> Int {
        let missing = try downloads.reduce(0) { sum, download in
            let (sum, overflow) = sum.addingReportingOverflow(download.missing)
            guard !overflow else { throw UserError("the hub names impossible sizes", at: repository.description) }
            return sum
        }
        try Folder.checkSpace(for: missing, at: folder)
        var (done, fetched) = (0, 0)
        for download in downloads {
            let missingHere = download.missing
            try download.run { left in
                let now = done + max(0, missingHere - left)
                progress?(WorkProgress("pulling \(repository)", done: now, total: missing, unit: "bytes"))
            }
            done += missingHere
            fetched +=
                download.blob.size == nil ? HubCache.size(of: folder.appending(path: download.blob.hash)) ?? 0 : missingHere
        }
        return fetched
    }

    private func offline(_ repository: HubRepository, revision: String, files patterns: [String]?) throws -> Summary {
        guard let commit = cache.commit(of: revision, repository) else {
            throw UserError(
                "the model \(repository) (\(revision)) is not in the cache, and HF_HUB_OFFLINE forbids to fetch it",
                at: cache.folder.path, remedy: "Unset HF_HUB_OFFLINE, or pull the model before.")
        }
        let folder = try cache.directory(of: repository.description, revision: revision)
        let names = (FileManager.default.enumerator(atPath: folder.path) ?? .init()).compactMap { $0 as? String }
        let files = names.filter { HubCache.size(of: folder.appending(path: $0)) != nil }.sorted()
        if patterns == nil { _ = try HubFiles.encoder(among: files, of: repository) }
        return Summary(folder: folder, commit: commit, files: files, oddNames: [], fetchedBytes: 0)
    }

    private func address() throws -> URL {
        var text = endpoint
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            url.host()?.isEmpty == false
        else {
            throw UserError(
                "\"\(endpoint)\" is not the address of a hub", at: "HF_ENDPOINT", remedy: "It begins with https://.")
        }
        return url
    }
}
