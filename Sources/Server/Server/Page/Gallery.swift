import Foundation
import Report
import Serving
import Synchronization
import Torch

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
                picture: pictures[id].map { Paths.picture(of: id, version: $0) })
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
    func list(_ items: [(face: Face, below: Markup)], _ address: PageAddress, tag: String = "ul", small: Bool = false) -> Markup {
        let drawn: [Markup] = items.map { "<li class=\"item\">\(link($0.face, address))\($0.below)</li>" }
        let open: Markup = tag == "ol" ? "<ol" : "<ul"
        let close: Markup = tag == "ol" ? "</ol>" : "</ul>"
        return "\(open) class=\"items\(small ? " small" : "")\">\(drawn)\(close)"
    }
}

/// The shape that most pictures of a catalogue have, so that they are shown whole and beside each other.
final class PictureShape: Sendable {
    enum Shape: String, Sendable {
        case portrait, square, landscape
    }

    private let known = Mutex<(model: String, shape: Shape)?>(nil)

    /// The shape of a catalogue's pictures, found once for each model from a few of them.
    func of(_ engine: Engine) async throws -> Shape {
        let (model, ids) = try await engine.model.ask { model in
            let snapshot = try model.snapshot()
            let count = snapshot.search.count
            let rows = Set((0..<9).map { ($0 * 2 + 1) * count / 18 }).filter { $0 < count }
            return (model.name, rows.sorted().map { snapshot[$0].id })
        }
        if let found = known.withLock({ $0 }), found.model == model { return found.shape }
        var ratios: [Double] = []
        for id in ids {
            // A picture that cannot be read says nothing of the others.
            guard let picture = try? await engine.pictures.picture(of: id, as: .thumbnail),
                let size = JPEGSize(picture.bytes)
            else { continue }
            ratios.append(Double(size.width) / Double(size.height))
        }
        let shape = Self.shape(of: ratios)
        known.withLock { $0 = (model, shape) }
        return shape
    }

    /// The shape of the middle one of some ratios of width and height.
    static func shape(of ratios: [Double]) -> Shape {
        guard !ratios.isEmpty else { return .square }
        let middle = ratios.sorted()[ratios.count / 2]
        return middle < 0.85 ? .portrait : middle > 1.2 ? .landscape : .square
    }
}

/// The width and height that a JPEG file says it has.
struct JPEGSize: Equatable {
    var width, height: Int

    init?(_ file: Data) {
        let bytes = [UInt8](file.prefix(65_536))
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var place = 2
        while place + 9 < bytes.count, bytes[place] == 0xFF {
            let (marker, length) = (bytes[place + 1], Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            // Frames of all kinds, but for tables that share their range of markers.
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                height = Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                width = Int(bytes[place + 7]) << 8 | Int(bytes[place + 8])
                guard width > 0, height > 0 else { return nil }
                return
            }
            place += 2 + length
        }
        return nil
    }
}
