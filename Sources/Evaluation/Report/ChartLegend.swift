/// The names of a chart's lines beside samples of them, in as many rows as they need.
struct ChartLegend {
    private let entries: [(name: String, x: Double, row: Int)]
    private static let rowHeight = 20.0

    /// Lays names out in rows of a width, by an estimate of the text's width; long names are cut.
    init(names: [String], width: Double) {
        var entries: [(name: String, x: Double, row: Int)] = []
        var x = 0.0
        var row = 0
        for name in names {
            let short = name.cut(to: 36)
            let needed = 30 + Double(short.count) * 6.9 + 14
            if x > 0, x + needed > width {
                x = 0
                row += 1
            }
            entries.append((short, x, row))
            x += needed
        }
        self.entries = entries
    }

    var height: Double { entries.isEmpty ? 0 : Double(entries[entries.count - 1].row + 1) * Self.rowHeight }

    /// Draws the legend; the last entry is the reference line's when there is one.
    func svg(top: Double, hasReference: Bool) -> Markup {
        let drawn: [Markup] = entries.enumerated().map { index, entry in
            let y = top + Double(entry.row) * Self.rowHeight + 8
            let isReference = hasReference && index == entries.count - 1
            let style = isReference ? "reference" : "line \(LineStyle.classes(index))"
            return """
                <line class="\(style)" x1="\(entry.x)" x2="\(entry.x + 22)" y1="\(y)" y2="\(y)"/>\
                <text class="legend" x="\(entry.x + 29)" y="\(y + 4)">\(entry.name)</text>
                """
        }
        return "<g>\(drawn)</g>"
    }
}
