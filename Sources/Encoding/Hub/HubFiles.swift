import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Which files of a repository are fetched.
enum HubFiles {
    /// The files that an encoder needs: configuration, tokenizer, picture processor, and weights in safetensors form. Not pickles, not
    /// other programs' forms, and nothing in folders, where repositories keep copies. Of weights with an index only the index, which
    /// names the others.
    ///
    /// - Throws: ``UserError`` for a repository without such weights, which says what it holds in their place.
    static func encoder(among names: [String], of repository: HubRepository) throws -> [String] {
        let place = repository.description
        guard let weights = try ModelFiles.weights(among: names, at: place) else {
            throw ForeignModel.error(among: names, at: place, isFolder: false)
        }
        guard names.contains(ModelFiles.configuration) else {
            throw ForeignModel.named(among: names, at: place, isFolder: false)
                ?? UserError(
                    "the repository has no config.json", at: place,
                    remedy: "Choose one with config.json and weights in safetensors form, or say with --file what to fetch.")
        }
        let wanted = ModelFiles.descriptions.filter(names.contains)
        if case .indexed(let index, _) = weights { return (wanted + [index]).sorted() }
        return (wanted + weights.names).sorted()
    }

    /// The files of weights that a fetched index names.
    ///
    /// - Throws: ``UserError`` when the index cannot be read or names a file that the repository does not have.
    static func parts(of index: URL, among names: [String], of repository: HubRepository) throws -> [String] {
        struct Index: Decodable { let weight_map: [String: String] }
        let parts = Set(try JSONFile.read(Index.self, from: index).weight_map.values).sorted()
        if let missing = parts.first(where: { !names.contains($0) }) {
            throw UserError(
                "\(index.lastPathComponent) names \(missing), which the repository does not have", at: repository.description,
                remedy: "Choose another revision or repository.")
        }
        return parts
    }

    /// The names that match a pattern, sorted.
    ///
    /// - Throws: ``UserError`` when no name matches.
    static func choose(_ patterns: [String], from names: [String], of repository: HubRepository) throws -> [String] {
        let patterns = patterns.map(HubPattern.init)
        let chosen = Set(names).filter { name in patterns.contains { $0.matches(name) } }
        guard !chosen.isEmpty else {
            throw UserError(
                "none of its \(names.count) files has a name that was asked for", at: repository.description,
                remedy: "Look at the repository's list of files; * stands for any letters but /.")
        }
        return chosen.sorted()
    }

    /// Whether a name stays in the folder it is put into.
    static func isSafe(_ name: String) -> Bool {
        guard name.utf8.count <= 512, !name.contains("\\"), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return false
        }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
        }
    }

    /// Whether a text is a hash as the hub writes them: some hexadecimal digits in small letters.
    static func isHash(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

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

/// A pattern of file names: `*` stands for any letters but `/`, `?` for one of them.
struct HubPattern {
    private let pattern: [UInt8]

    init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// Whether the whole of a name is matched. Goes back to the last `*` only, so time is at most their product.
    func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var position = 0
        var place = 0
        var star: (position: Int, place: Int)?
        while place < name.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = (position, place)
                position += 1
            } else if position < pattern.count, pattern[position] == name[place] || isAny(pattern[position], name[place]) {
                position += 1
                place += 1
            } else if let last = star, name[last.place] != UInt8(ascii: "/") {
                star = (last.position, last.place + 1)
                position = last.position + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private func isAny(_ pattern: UInt8, _ letter: UInt8) -> Bool {
        pattern == UInt8(ascii: "?") && letter != UInt8(ascii: "/")
    }
}
