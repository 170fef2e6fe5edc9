import Files
package import Foundation

/// A model's name on the hub, as in `sentence-transformers/all-MiniLM-L6-v2`.
package struct HubRepository: Sendable, Hashable, CustomStringConvertible {
    /// The organisation and the name; the name alone for the oldest models.
    package let description: String

    /// Checks a name.
    ///
    /// - Throws: ``UserError`` when it is not one or two words of letters, digits, `.`, `_` and `-`, at most 96 long.
    package init(_ name: String) throws {
        let words = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(words.count), name.utf8.count <= 96, words.allSatisfy(Self.isWord) else {
            throw UserError(
                "\"\(name)\" is not the name of a repository", at: nil, remedy: "Write it as organisation/model.")
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

/// What the environment says of the hub, by the names that Python's `huggingface_hub` reads.
package struct HubSettings: Sendable {
    /// The hub's address: `HF_ENDPOINT`, default `https://huggingface.co`.
    package var endpoint: String
    /// The token: `HF_TOKEN`, or the file at `HF_TOKEN_PATH` or `token` in `HF_HOME`; nil without one.
    package var token: String?
    /// The folder of models: `HF_HUB_CACHE`, or `hub` in `HF_HOME`, which is by default `~/.cache/huggingface`.
    package var cache: URL
    /// Whether nothing may be fetched: `HF_HUB_OFFLINE`.
    package var isOffline: Bool

    /// Reads an environment.
    ///
    /// - Parameter environment: default that of the process.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        func value(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
        let own = value("HOME") ?? NSHomeDirectory()
        func path(_ text: String) -> String { text.hasPrefix("~/") ? own + text.dropFirst() : text }
        let caches = path(value("XDG_CACHE_HOME") ?? "~/.cache")
        let home = path(value("HF_HOME") ?? caches + "/huggingface")
        cache = URL(filePath: path(value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? home + "/hub"))
        endpoint = value("HF_ENDPOINT") ?? "https://huggingface.co"
        let file = URL(filePath: path(value("HF_TOKEN_PATH") ?? home + "/token"))
        let written = value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? (try? String(contentsOf: file, encoding: .utf8))
        let token = written?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        self.token = token.isEmpty ? nil : token
        isOffline = ["1", "ON", "YES", "TRUE"].contains(value("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")?.uppercased() ?? "")
    }
}
