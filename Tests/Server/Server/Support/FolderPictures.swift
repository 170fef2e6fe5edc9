import Database
import Files
import Foundation
import Serving

@testable import Server

/// Pictures of a ``PictureFolder``.
struct FolderPictures: PictureServing {
    private let folder: PictureFolder
    private let names: @Sendable ([String]) async throws -> [String: String]

    /// - Parameters:
    ///   - folder: where they are.
    ///   - names: the names of the pictures of some items in the folder, by item.
    init(_ folder: PictureFolder, names: @escaping @Sendable ([String]) async throws -> [String: String]) {
        (self.folder, self.names) = (folder, names)
    }

    /// The names are hashes.
    func versions(of items: [String]) async throws -> [ExactText: String] {
        Dictionary(uniqueKeysWithValues: try await names(items).map { (ExactText($0.key), $0.value) })
    }

    /// Under its hash.
    func keep(_ bytes: Data) async throws -> URL {
        do { return try await folder.file(of: folder.store(bytes))! } catch let error as UserError {
            throw Refusal(.unusableItem, error)
        }
    }

    /// Reads it.
    func picture(of item: String, as size: ServedPicture.Size) async throws -> ServedPicture? {
        guard let name = try await names([item])[item],
            let bytes = try await folder.served(name, as: size == .whole ? .whole : .thumbnail)
        else { return nil }
        return ServedPicture(bytes: bytes, type: "image/jpeg", version: name)
    }
}
