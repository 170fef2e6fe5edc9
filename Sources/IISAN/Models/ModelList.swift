import Encoders
import Files
package import Foundation
package import Hub

/// The models that lie in the hub's cache and in some folders.
package struct ModelList: Sendable {
    /// A model, or why it cannot be used.
    package struct Entry: Codable, Sendable, Equatable {
        /// What a setting `encoder` names it by: a name of the hub or a directory.
        package var name: String
        /// The directory.
        package var path: String
        /// The `model_type`; nil where it cannot be read.
        package var modelType: String?
        /// `text`, `image`, or both; empty where it cannot be read.
        package var modalities: [Modality]
        /// Values per token state.
        package var width: Int?
        /// How many blocks there are.
        package var depth: Int?
        /// Why the model cannot be used.
        package var problem: String?
    }

    /// The models, those of the cache first.
    package let entries: [Entry]

    /// Looks at models' configurations and headers.
    ///
    /// - Parameters:
    ///   - cache: the hub's cache.
    ///   - folders: folders of model directories, or model directories themselves.
    /// - Throws: ``UserError`` when a folder is not there.
    package init(cache: HubCache, folders: [URL]) throws {
        var entries = cache.models().compactMap { model in
            (try? cache.directory(of: model.repository.description)).map { Entry(model.repository.description, $0) }
        }
        for folder in folders {
            if Self.isModel(folder) {
                entries.append(Entry(folder.path, folder))
                continue
            }
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
                throw UserError(
                    "there is no such folder", at: folder.path, remedy: "Name a folder that holds model directories.")
            }
            let directories = names.sorted().map { folder.appending(path: $0) }.filter(Self.isModel)
            entries += directories.map { Entry($0.path, $0) }
        }
        self.entries = entries
    }

    private static func isModel(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: ModelFiles.configuration).path)
    }
}

extension ModelList.Entry {
    init(_ name: String, _ directory: URL) {
        self.init(name: name, path: directory.path, modelType: nil, modalities: [], width: nil, depth: nil, problem: nil)
        do {
            take(try EncoderDirectory(directory))
        } catch {
            // A model of two towers says which one is meant only when it is asked.
            let towers = Modality.ofEncoders.compactMap { try? EncoderDirectory(directory, for: $0) }
            for tower in towers { take(tower) }
            if towers.isEmpty { problem = (error as? UserError)?.problem ?? "\(error)" }
        }
    }

    private mutating func take(_ directory: EncoderDirectory) {
        modelType = directory.modelType
        modalities.append(directory.family.input.modality)
        width = max(width ?? 0, directory.family.width)
        depth = max(depth ?? 0, directory.family.depth)
    }
}

extension ModelList: CustomStringConvertible {
    /// The models as a table.
    package var description: String {
        guard !entries.isEmpty else { return "no models; fetch one with: iisan models pull NAME" }
        let rows =
            [["model", "family", "reads", "width", "depth"]]
            + entries.map { entry in
                if let problem = entry.problem { return [entry.name, "-", "-", "-", "-", problem] }
                return [
                    entry.name, entry.modelType ?? "-", entry.modalities.map(\.name).joined(separator: ", "),
                    entry.width.map(String.init) ?? "-",
                    entry.depth.map(String.init) ?? "-",
                ]
            }
        return String(TextTable([.left], rows).text.dropLast())
    }
}
