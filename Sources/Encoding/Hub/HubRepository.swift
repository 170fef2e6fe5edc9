import Files

/// A model's name on the hub, as in `sentence-transformers/all-MiniLM-L6-v2`.
public struct HubRepository: Sendable, Hashable, CustomStringConvertible {
    /// The organisation and the name; the name alone for the oldest models.
    public let description: String

    /// Checks a name.
    ///
    /// - Throws: ``UserError`` when it is not one or two words of letters, digits, `.`, `_` and `-`, at most 96 long.
    public init(_ name: String) throws {
        let words = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(words.count), name.utf8.count <= 96, words.allSatisfy(Self.isWord) else {
            throw UserError(
                "\"\(name)\" is not the name of a repository", at: nil, remedy: "A name reads like organisation/model.")
        }
        description = name
    }

    private static func isWord(_ word: Substring) -> Bool {
        let plain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard plain, let first = word.first, let last = word.last else { return false }
        return !".-".contains(first) && !".-".contains(last) && !word.contains("..") && !word.contains("--")
    }

    /// The name of its folder in the cache.
    var folderName: String { "models--" + description.split(separator: "/").joined(separator: "--") }

    /// The repository of a folder of the cache; nil for other folders.
    init?(folderName: String) {
        guard folderName.hasPrefix("models--") else { return nil }
        let name = folderName.dropFirst("models--".count).replacing("--", with: "/")
        guard let repository = try? HubRepository(String(name)) else { return nil }
        self = repository
    }
}
