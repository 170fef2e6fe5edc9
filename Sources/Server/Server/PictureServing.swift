package import Files
package import Foundation

/// Whoever has the pictures of items.
package protocol PictureServing: Sendable {
    /// What tells the pictures of some items apart from others, by item; items without one are left out.
    func versions(of items: [String]) async throws -> [ExactText: String]

    /// Keeps the picture of an item that may never come.
    ///
    /// - Returns: its file, for the encoders; it may be gone after an hour.
    /// - Throws: `Refusal` for bytes that are no picture which can be used.
    func keep(_ bytes: Data) async throws -> URL

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
