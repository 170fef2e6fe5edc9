package import Database
package import Foundation

/// Whoever has the pictures of items.
package protocol PictureServing: Sendable {
    /// What tells the pictures of some items apart from others, by item; items without one are left out.
    func versions(of items: [String]) async throws -> [String: String]

    /// An item's picture as it is served, encoded again; nil where it has none.
    func picture(of item: String, as size: ServedPicture.Size) async throws -> ServedPicture?
}

/// A picture as it is served.
package struct ServedPicture: Sendable, Equatable {
    /// How large it is.
    package enum Size: String, Sendable, CaseIterable {
        /// As it was given.
        case whole
        /// At most 320 pixels a side.
        case thumbnail
    }

    /// The file.
    package var bytes: Data
    /// Its media type, as `image/jpeg`.
    package var type: String
    /// What tells it apart from other pictures: the hash of the file that was sent.
    package var version: String

    /// Joins them.
    package init(bytes: Data, type: String, version: String) {
        (self.bytes, self.type, self.version) = (bytes, type, version)
    }
}

/// Pictures of a ``PictureFolder``.
package struct FolderPictures: PictureServing {
    private let folder: PictureFolder
    private let names: @Sendable ([String]) async throws -> [String: String]

    /// - Parameters:
    ///   - folder: where they are.
    ///   - names: the names of the pictures of some items in the folder, by item.
    package init(_ folder: PictureFolder, names: @escaping @Sendable ([String]) async throws -> [String: String]) {
        (self.folder, self.names) = (folder, names)
    }

    /// The names are hashes.
    package func versions(of items: [String]) async throws -> [String: String] { try await names(items) }

    /// Reads it.
    package func picture(of item: String, as size: ServedPicture.Size) async throws -> ServedPicture? {
        guard let name = try await names([item])[item],
            let bytes = try await folder.served(name, as: size == .whole ? .whole : .thumbnail)
        else { return nil }
        return ServedPicture(bytes: bytes, type: "image/jpeg", version: name)
    }
}
