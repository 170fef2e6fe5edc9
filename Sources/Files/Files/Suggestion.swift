/// The nearest of some known words to a word that was mistyped.
public enum Suggestion {
    /// The known word that needs the fewest edits to become `word`.
    ///
    /// - Returns: nil when even the nearest needs more edits than a third of its length (at least 2).
    public static func nearest(to word: String, in known: some Sequence<String>) -> String? {
        let scored = known.map { (word: $0, edits: edits(Array(word.lowercased()), Array($0.lowercased()))) }
        guard let best = scored.min(by: { ($0.edits, $0.word) < ($1.edits, $1.word) }) else { return nil }
        return best.edits <= max(2, best.word.count / 3) ? best.word : nil
    }

    /// A sentence that names the nearest known word, or all of them when none is near.
    public static func sentence(for word: String, in known: some Collection<String>) -> String {
        if let near = nearest(to: word, in: known) { return "Did you mean \"\(near)\"?" }
        return "Known here: \(known.sorted().joined(separator: ", "))."
    }

    /// Levenshtein's distance.
    private static func edits(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
