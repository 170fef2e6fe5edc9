import Serving
import Torch

/// Searches titles for words.
struct TitleSearch: Sendable {
    let snapshot: CatalogueSnapshot

    /// Items that are looked at for one search.
    static let looked = 200_000

    init(_ snapshot: CatalogueSnapshot) { self.snapshot = snapshot }

    /// What was found.
    struct Found: Sendable, Equatable {
        /// The ids: first the one that is what was asked for, then in the order of the catalogue.
        var items: [String] = []
        /// Whether there may be more.
        var mayHaveMore = false
    }

    /// The item of an id, and items with all of some words in their titles; a word may be the beginning or another part of one.
    func items(_ text: String, most: Int) -> Found {
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        var found = Found()
        guard !words.isEmpty else { return found }
        if snapshot.row(of: text) != nil { found.items.append(text) }
        let end = min(snapshot.search.count, Self.looked)
        for row in 0..<end {
            let entry = snapshot[row]
            guard let title = entry.title?.lowercased(), words.allSatisfy({ title.contains($0) }), entry.id != text,
                snapshot.row(of: entry.id) == row
            else { continue }
            guard found.items.count < most else {
                found.mayHaveMore = true
                return found
            }
            found.items.append(entry.id)
        }
        found.mayHaveMore = end < snapshot.search.count
        return found
    }
}
