/// The names of a chart's rows, in a column on its left that is as wide as they need, within bounds.
struct RowLabels {
    /// How wide the column is.
    let width: Double
    /// The names, cut where they are longer than the column.
    let names: [String]

    private static let letter = 7.1

    init(_ names: [String]) {
        let longest = names.map(\.count).max() ?? 0
        width = min(200, max(90, Double(longest) * Self.letter + 10))
        let room = Int((width - 8) / Self.letter)
        self.names = names.map { $0.cut(to: room) }
    }
}

extension String {
    /// The text, with an ellipsis in its middle where it has more letters: variants often differ in their last ones.
    func cut(to count: Int) -> String {
        if self.count <= count { return self }
        let last = max(0, count - 1) * 2 / 5
        return prefix(max(0, count - 1 - last)) + "…" + suffix(last)
    }
}
