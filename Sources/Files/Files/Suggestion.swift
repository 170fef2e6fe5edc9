/// The nearest of some known words to a word that was mistyped.
public enum Suggestion {
    /// The known word that needs the fewest edits to become `word`.
    ///
    /// - Returns: nil when even the nearest needs more edits than a third of its length (at least 2).
    public static func nearest(to word: String, in known: some Sequence<String>) -> String? {
        guard let best = ordered(known, by: word).first else { return nil }
        return best.edits <= max(2, best.word.count / 3) ? best.word : nil
    }

    /// A sentence that names the nearest known word, or some when none is near: the nearest ones, in the order of the alphabet.
    public static func sentence(for word: String, in known: some Collection<String>) -> String {
        if let near = nearest(to: word, in: known) { return "Did you mean \(near.quoted)?" }
        let shown = ordered(known, by: word).prefix(most).map(\.word).sorted().map(\.bounded)
        let rest = known.count - shown.count
        return "Known here: \(shown.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")."
    }

    /// Words that a sentence names, so that it stays one.
    private static let most = 16
    /// A longer word is no mistyped one, and comparing it takes long.
    private static let longest = 200

    private static func ordered(_ known: some Sequence<String>, by word: String) -> [(word: String, edits: Int)] {
        let letters = Array(word.prefix(longest + 1).lowercased())
        return known.map { other in
            let others = Array(other.prefix(longest + 1).lowercased())
            let isLong = letters.count > longest || others.count > longest
            return (other, isLong ? longest : edits(letters, others))
        }.sorted { ($0.edits, $0.word) < ($1.edits, $1.word) }
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
