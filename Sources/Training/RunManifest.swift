package import Files
import Foundation
package import HiddenStates

/// What a run was trained from: `run.json`, which also marks its folder as a run.
///
/// Whoever opens a run compares it with what lies there at that time, so that a run is never ranked with another dataset, store or
/// encoder without a word.
package struct RunManifest: Codable, Sendable, Equatable {
    static let fileName = "run.json"
    /// The version of the form that this program writes and reads.
    package static let currentVersion = 1

    /// The dataset.
    package struct Dataset: Codable, Sendable, Equatable {
        /// Where it was.
        package var path: String
        /// The hash of its items, users and histories.
        package var contentHash: String
    }

    /// A hidden-state store that was read.
    package struct Store: Codable, Sendable, Equatable {
        /// What the model knows it as.
        package var modality: Modality
        /// Where it was.
        package var path: String
        /// What determines its numbers.
        package var identity: StoreIdentity
        /// The hash over the items' ids and what was encoded of each.
        package var itemsHash: String
    }

    /// An encoder that ran in every step.
    package struct Encoder: Codable, Sendable, Equatable {
        /// What the model knows it as.
        package var modality: Modality
        /// Where it was.
        package var path: String
        /// The hash of its configuration and weights.
        package var encoderHash: String
        /// The hash over these, tokenizer, preprocessing, and every title or picture.
        package var inputsHash: String

        /// Describes an encoder.
        package init(modality: Modality, path: String, encoderHash: String, inputsHash: String) {
            self.modality = modality
            self.path = path
            self.encoderHash = encoderHash
            self.inputsHash = inputsHash
        }
    }

    /// `run`.
    package private(set) var kind = "run"
    /// The version of this form.
    package private(set) var formatVersion = RunManifest.currentVersion
    /// The hash of all that training was made of, settings included: a run of the same is not trained again.
    package var inputs = ""
    /// The dataset.
    package var dataset: Dataset
    /// The stores, text first; none where encoders ran in every step.
    package var stores: [Store]
    /// The encoders that ran in every step, text first.
    package var encoders: [Encoder]

    /// Describes what a run is trained from.
    package init(dataset: String, contentHash: String, stores: PerModality<HiddenStateStore>, encoders: [Encoder]) {
        self.dataset = Dataset(path: dataset, contentHash: contentHash)
        self.stores = stores.map { modality, store in
            Store(
                modality: modality, path: store.folder.path, identity: store.identity, itemsHash: store.manifest.items.sha256)
        }
        self.encoders = encoders
    }

    /// Reads the manifest of a run; nil for a run of an older build, which has none.
    ///
    /// - Throws: ``UserError`` when it is damaged or of another version.
    package static func read(of run: RunDirectory) throws -> RunManifest? {
        guard FileManager.default.fileExists(atPath: run.manifest.path) else { return nil }
        struct Version: Decodable { let formatVersion: Int }
        let version = try JSONFile.read(Version.self, from: run.manifest).formatVersion
        guard version == currentVersion else {
            throw UserError(
                "is of version \(version), this program reads version \(currentVersion)", at: run.manifest.path,
                remedy: "Train again, or use the program the run was made with.")
        }
        return try JSONFile.read(RunManifest.self, from: run.manifest)
    }

    /// In what the inputs that lie here differ from those it was trained with, each as "another dataset (...)"; empty where they do not.
    ///
    /// - Parameter newItems: whether the dataset, and so the items of stores, may be another one.
    package func differences(from here: RunManifest, newItems: Bool = false) -> [String] {
        func short(_ hash: String) -> String { String(hash.prefix(12)) }
        var found: [String] = []
        if !newItems, dataset.contentHash != here.dataset.contentHash {
            found.append(
                "another dataset (content hash \(short(dataset.contentHash)); \(here.dataset.path) has "
                    + "\(short(here.dataset.contentHash)))")
        }
        for store in stores {
            guard let other = here.stores.first(where: { $0.modality == store.modality }) else {
                found.append("\(store.modality) states (\(store.path)), which are not named here")
                continue
            }
            let fields = store.identity.differences(from: other.identity)
            if !fields.isEmpty {
                found.append("another \(store.modality) store (\(other.path) differs in \(fields.joined(separator: "; ")))")
            } else if !newItems, store.itemsHash != other.itemsHash {
                found.append(
                    "a \(store.modality) store of other items or contents (items' hash \(short(store.itemsHash)); \(other.path) has "
                        + "\(short(other.itemsHash)))")
            }
        }
        for encoder in encoders {
            guard let other = here.encoders.first(where: { $0.modality == encoder.modality }) else {
                found.append("a \(encoder.modality) encoder (\(encoder.path)), which is not named here")
                continue
            }
            if encoder.encoderHash != other.encoderHash {
                found.append(
                    "another \(encoder.modality) encoder (hash \(short(encoder.encoderHash)); \(other.path) has "
                        + "\(short(other.encoderHash)))")
            } else if !newItems, encoder.inputsHash != other.inputsHash {
                found.append(
                    "other inputs of the \(encoder.modality) encoder: items, tokenizer or picture settings (hash "
                        + "\(short(encoder.inputsHash)), here \(short(other.inputsHash)))")
            }
        }
        for store in here.stores where !stores.contains(where: { $0.modality == store.modality }) {
            found.append("no \(store.modality) states (here: \(store.path))")
        }
        return found
    }
}
