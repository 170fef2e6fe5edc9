import Files
import Report
import Serving
import Torch

/// Items that lack something.
struct Lacking: Sendable {
    /// Some without a picture, and some without a title.
    private(set) var pictures: [String] = []
    private(set) var titles: [String] = []
    private var pictureCount = 0
    private var titleCount = 0
    private var looked = 0
    private var all = 0

    private static let shown = 16

    init(_ gallery: Gallery) async throws {
        let snapshot = gallery.snapshot
        let step = max(1, (snapshot.search.count + HealthPage.looked - 1) / HealthPage.looked)
        var entries: [CatalogueSnapshot.Entry] = []
        for row in stride(from: 0, to: snapshot.search.count, by: step) {
            let entry = snapshot[row]
            if snapshot.row(of: entry.id) == row { entries.append(entry) }
        }
        let versions = try await gallery.engine.pictures.versions(of: entries.map(\.id))
        (looked, all) = (entries.count, snapshot.search.count)
        let unseen = entries.filter { versions[ExactText($0.id)] == nil }.map(\.id)
        let unnamed = entries.filter { ($0.title ?? "").isEmpty }.map(\.id)
        (pictureCount, titleCount) = (unseen.count, unnamed.count)
        (pictures, titles) = (Array(unseen.prefix(Self.shown)), Array(unnamed.prefix(Self.shown)))
    }

    func content(_ list: ([String]) -> Markup) -> Markup {
        func section(_ what: String, _ count: Int, _ ids: [String]) -> Markup {
            let over = looked < all ? " of \(looked.grouped) that were looked at" : ""
            let text =
                count == 0
                ? "Every item\(over) has one."
                : "\(count.grouped)\(over) \(count == 1 ? "has" : "have") none\(count > ids.count ? ", the first of them these" : "")."
            return """
                <section><h2>Without a \(what)</h2><p class="lead">\(text)</p>\(ids.isEmpty ? "" : list(ids))</section>
                """
        }
        return "\(section("picture", pictureCount, pictures))\(section("title", titleCount, titles))"
    }
}
