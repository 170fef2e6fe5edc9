import Datasets
import Foundation

/// An item with what can be encoded of it.
public struct CatalogueItem: Sendable, Equatable {
    /// The dataset's item id, unique in the catalogue.
    public var id: String
    /// The title; nil or blank where there is none.
    public var title: String?
    /// The file of the picture; nil where there is none.
    public var picture: URL?

    /// Makes an item.
    public init(id: String, title: String? = nil, picture: URL? = nil) {
        self.id = id
        self.title = title
        self.picture = picture
    }

    /// The item of a dataset.
    public init(_ item: Item) { self.init(id: item.id, title: item.title, picture: item.picture) }
}
