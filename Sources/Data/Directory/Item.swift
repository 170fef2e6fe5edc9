import Foundation

/// One item of a dataset: what it is called, and where its picture is.
public struct Item: Sendable, Equatable {
    /// The id the source gave it, unique in the dataset.
    public let id: String
    /// The title; nil where the source has none.
    public let title: String?
    /// The picture's path below the pictures root; nil where the item has none. It never leaves the root.
    public let picturePath: String?
    private let root: URL?

    /// Makes an item; `root` is the folder that `picturePath` starts from.
    init(id: String, title: String?, picturePath: String?, root: URL?) {
        self.id = id
        self.title = title
        self.picturePath = picturePath
        self.root = root
    }

    /// Where the picture is; nil where the item has none.
    public var picture: URL? {
        guard let root, let picturePath else { return nil }
        return root.appending(path: picturePath)
    }
}
