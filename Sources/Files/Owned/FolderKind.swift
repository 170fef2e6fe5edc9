import Files
package import Foundation

/// What a folder that this program makes is, recognised by a file in it: only such a folder is ever replaced.
package enum FolderKind: String, Sendable, CaseIterable {
    /// `dataset.json`.
    case dataset
    /// `world.json`.
    case world
    /// `manifest.json`.
    case store
    /// A checkpoint of a run; one that is damaged is replaced too, as long as nothing else lies in it.
    case checkpoint
    /// `run.json`; one of an older build by its `config.yaml` and `environment.json`. It is moved aside and never deleted.
    case run
    /// `plan.json`; one of an older build by what else a study keeps. It is never replaced.
    case study
    /// `export.json`: vectors for other programs.
    case export
    /// `served.json`: what a server keeps. It is never replaced.
    case served
    /// A model of the hub's cache, which Python's `huggingface_hub` writes too. It is never replaced.
    case hub

    /// As messages call it.
    package var shown: String {
        switch self {
        case .dataset: "a dataset directory"
        case .world: "a generated world"
        case .store: "a hidden-state store"
        case .checkpoint: "a checkpoint"
        case .run: "a run"
        case .study: "a study"
        case .export: "an export of vectors"
        case .served: "a server's folder"
        case .hub: "a model of the hub's cache"
        }
    }

    /// Whether a folder is one, whoever made it and in whichever version of its form.
    package func isMarked(_ folder: URL) -> Bool {
        func has(_ keys: String..., in name: String) -> Bool {
            guard let data = try? Data(contentsOf: folder.appending(path: name)),
                let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
            else { return false }
            return keys.allSatisfy { object[$0] != nil }
        }
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appending(path: name).path) }
        switch self {
        case .dataset: return has("formatVersion", "contentHash", in: "dataset.json")
        case .world: return has("options", "attributes", in: "world.json")
        case .store: return has("formatVersion", "identityHash", in: "manifest.json")
        case .checkpoint: return foreign(in: folder).isEmpty
        case .run:
            return isNamed(in: folder, by: "run.json")
                || exists("config.yaml") && has("iisan", "libtorch", in: "environment.json")
        case .study:
            return isNamed(in: folder, by: "plan.json") || has("kind", "variants", in: "study.json") || exists(".steps")
                || exists("lock")
        case .export: return has("similarity", "columns", in: "export.json")
        case .served:
            // Its lock is taken before anything else is made in it.
            return isNamed(in: folder, by: "served.json")
                || (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["served.lock"]
        case .hub: return exists("blobs") || exists("snapshots") || exists("refs")
        }
    }

    /// Whether a file says `kind` of it: nothing else has it by chance.
    private func isNamed(in folder: URL, by name: String) -> Bool {
        struct Mark: Decodable { let kind: String }
        guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return false }
        return (try? JSONDecoder().decode(Mark.self, from: data))?.kind == rawValue
    }

    /// Whether a folder marked by a file of its own lies around another: then nothing else is put into it.
    var keepsOthersOut: Bool { self == .dataset || self == .store || self == .run || self == .served }

    /// What lies in a folder that no writer of its kind has put there, by name; a folder that is replaced has none.
    package func foreign(in folder: URL) -> [String] {
        func names(_ folder: URL) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }
        var found = names(folder).filter { !isOwn($0) }
        if self == .world {
            found += names(folder.appending(path: "pictures")).filter { !$0.hasSuffix(".png") && !Self.isPassing($0) }
                .map { "pictures/\($0)" }
        }
        if self == .store {
            // Of a store that was put together each part is a store.
            for name in names(folder.appending(path: "parts")) where !Self.isPassing(name) {
                let inside = names(folder.appending(path: "parts/\(name)")).filter { $0 == "parts" || !isOwn($0) }
                found += WorkPart(fileName: name) == nil ? ["parts/\(name)"] : inside.map { "parts/\(name)/\($0)" }
            }
        }
        return found.sorted()
    }

    private func isOwn(_ name: String) -> Bool {
        if Self.isPassing(name) { return true }
        switch self {
        case .dataset:
            return [
                "dataset.json", "items.jsonl", "users.jsonl", "histories.safetensors", "index.safetensors", "inputs.sha256",
                "appended.json", "appended-pictures",
            ].contains(name)
        case .world: return ["world.json", "users.tsv", "items.tsv", "attributes.tsv", "pictures"].contains(name)
        case .store:
            return ["manifest.json", "items.jsonl", "encoding.json", "inputs.sha256", "building.json", "lock", "parts"]
                .contains(name)
                || name.hasPrefix("states-") && name.hasSuffix(".safetensors")
        case .checkpoint:
            return [
                "model.safetensors", "unaveraged.safetensors", "optimiser.safetensors", "random.safetensors", "state.json",
                "SHA256SUMS",
            ].contains(name)
        case .export:
            return [
                "export.json", "ids.txt", "users.npy", "users.txt", "items.npy", "items.fbin", "items.faiss", "items.copy",
                "items.ndjson", "load.sql", "collection.json",
            ].contains(name)
        case .run, .study, .served, .hub: return true
        }
    }

    /// What a writer that was killed, or a file manager, leaves in any folder.
    private static func isPassing(_ name: String) -> Bool {
        HiddenName.isLeftover(name, .partial) || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(name)
    }
}
