import Foundation

/// Paths of things, with ids percent-encoded.
package enum Paths {
    /// The path of an item.
    static func item(_ id: String) -> String { "/v1/items/\(encoded(id))" }

    /// The path of an item's picture, of which a version never changes.
    static func picture(of id: String, version: String) -> String { "\(item(id))/picture?v=\(self.version(version))" }

    /// As much of a picture's hash as tells it apart from the others of an item.
    static func version(_ hash: String) -> String { String(hash.prefix(16)) }

    /// An id as a part of a path.
    package static func encoded(_ id: String) -> String { id.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }

    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
