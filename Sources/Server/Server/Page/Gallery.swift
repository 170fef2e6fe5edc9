import Files
import Report
import Serving

/// Draws items: a picture with a title, which is one link.
struct Gallery: Sendable {
    let engine: Engine
    /// The items at one revision.
    let snapshot: CatalogueSnapshot
    /// How high pictures are shown beside their width.
    let shape: PictureShape.Shape
    /// Whether pictures need a token, which an element `img` cannot send: the script draws them then.
    let asksForTokens: Bool

    /// An item as it is drawn.
    struct Face: Sendable {
        var id: String
        /// Nil where it has none.
        var title: String?
        /// The path of its picture; nil where it has none.
        var picture: String?

        /// What it is called.
        var name: String { title.flatMap { $0.isEmpty ? nil : $0 } ?? "no title (\(id))" }
    }

    /// The faces of some items, in their order; of items that are gone the id alone is known.
    func faces(_ ids: [String]) async throws -> [Face] {
        let pictures = try await engine.pictures.versions(of: ids)
        return ids.map { id in
            Face(
                id: id, title: snapshot.row(of: id).flatMap { snapshot[$0].title },
                picture: pictures[ExactText(id)].map { Paths.picture(of: id, version: $0) })
        }
    }

    /// A picture, or the title in its place; the text beside it says what it is.
    func picture(_ face: Face, _ size: ServedPicture.Size = .thumbnail) -> Markup {
        guard let path = face.picture else {
            return "<div class=\"picture\"><div class=\"blank\" aria-hidden=\"true\"><bdi>\(face.name)</bdi></div></div>"
        }
        return "<div class=\"picture\">\(image(path, size))</div>"
    }

    private func image(_ path: String, _ size: ServedPicture.Size) -> Markup {
        let source = size == .whole ? path : "\(path)&size=\(size.rawValue)"
        return asksForTokens
            ? "<canvas data-picture=\"\(source)\" data-key=\"\(source)\" aria-hidden=\"true\" width=\"1\" height=\"1\"></canvas>"
            : "<img src=\"\(source)\" alt=\"\" loading=\"lazy\" decoding=\"async\">"
    }

    /// A picture as large as a line of text; nothing where there is none.
    func stamp(_ face: Face) -> Markup {
        face.picture.map { "<span class=\"stamp\">\(image($0, .thumbnail))</span>" } ?? ""
    }

    /// The link to an item's page that holds its picture and title.
    func link(_ face: Face, _ address: PageAddress) -> Markup {
        """
        <a class="card" href="\(PageAddress(address.history).item(face.id))">\(picture(face))\
        <span class="title" title="\(face.name)"><bdi>\(face.name)</bdi></span></a>
        """
    }

    /// A list of items, each with something below its picture and title.
    func list(_ items: [(face: Face, below: Markup)], _ address: PageAddress, tag: String = "ul", small: Bool = false) -> Markup
    {
        let drawn: [Markup] = items.map { "<li class=\"item\">\(link($0.face, address))\($0.below)</li>" }
        let open: Markup = tag == "ol" ? "<ol" : "<ul"
        let close: Markup = tag == "ol" ? "</ol>" : "</ul>"
        return "\(open) class=\"items\(small ? " small" : "")\">\(drawn)\(close)"
    }
}
