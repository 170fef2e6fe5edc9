import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What the hub says of a revision of a repository.
struct HubListing: Decodable {
    /// A file.
    struct Sibling: Decodable {
        var rfilename: String
    }

    /// The commit.
    var sha: String
    /// All files.
    var siblings: [Sibling]

    /// The names of all files.
    var names: [String] { siblings.map(\.rfilename) }

    /// No answer may be longer, in bytes.
    private static let longest = 64 << 20

    /// Asks the hub.
    ///
    /// - Throws: ``HubFailure``, or ``UserError`` for an answer that is not of this form.
    static func fetch(_ repository: HubRepository, revision: String, _ requests: HubRequests) throws -> HubListing {
        var unreserved = CharacterSet.alphanumerics
        unreserved.insert(charactersIn: "-._~")
        let name = revision.addingPercentEncoding(withAllowedCharacters: unreserved) ?? revision
        guard let url = URL(string: "\(requests.endpoint.absoluteString)/api/models/\(repository)/revision/\(name)") else {
            throw UserError("\"\(revision)\" is not the name of a revision", at: repository.description)
        }
        let body = HubBody(longest: longest, place: url.absoluteString)
        try requests.get(url) { _, data in try body.append(data) }
        guard let listing = try? JSONDecoder().decode(HubListing.self, from: body.data),
            HubFiles.isHash(listing.sha, digits: 40)
        else {
            throw UserError(
                "the answer is not the hub's list of files", at: url.absoluteString,
                remedy: "Check HF_ENDPOINT: \(requests.endpoint.absoluteString).")
        }
        return listing
    }
}

/// A short answer in memory.
final class HubBody {
    private(set) var data = Data()
    private let longest: Int
    private let place: String

    init(longest: Int, place: String) {
        self.longest = longest
        self.place = place
    }

    func append(_ more: Data) throws {
        guard more.count <= longest - data.count else { throw UserError("the answer is too long", at: place) }
        data.append(more)
    }
}
