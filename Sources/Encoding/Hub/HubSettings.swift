import Foundation

/// What the environment says of the hub, by the names that Python's `huggingface_hub` reads.
public struct HubSettings: Sendable {
    /// The hub's address: `HF_ENDPOINT`, default `https://huggingface.co`.
    public var endpoint: String
    /// The token: `HF_TOKEN`, or the file at `HF_TOKEN_PATH` or `token` in `HF_HOME`; nil without one.
    public var token: String?
    /// The folder of models: `HF_HUB_CACHE`, or `hub` in `HF_HOME`, which is by default `~/.cache/huggingface`.
    public var cache: URL
    /// Whether nothing may be fetched: `HF_HUB_OFFLINE`.
    public var isOffline: Bool

    /// Reads an environment.
    ///
    /// - Parameter environment: default that of the process.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
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
