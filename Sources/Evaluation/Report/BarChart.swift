/// Horizontal bars from 0 with their names on the left and values at their ends.
struct BarChart {
    /// One bar.
    struct Bar {
        var name: String
        /// Finite and not negative.
        var value: Double
        var text: String
        var isMarked: Bool
    }

    var title: String
    var bars: [Bar]

    private static let valueWidth = 92.0
    private static let rowHeight = 28.0

    /// The chart as an `svg` element.
    var svg: Markup {
        let width = LineChart.width
        let labels = RowLabels(bars.map(\.name))
        let room = width - labels.width - Self.valueWidth
        let most = max(bars.map(\.value).max() ?? 0, .leastNormalMagnitude)
        let rows: [Markup] = bars.enumerated().map { index, bar in
            let y = 30 + Double(index) * Self.rowHeight
            let length = max(1.5, bar.value / most * room)
            return """
                <text class="legend" x="0" y="\(y + 16)"\(bar.isMarked ? " font-weight=\"650\"" : Markup(stringLiteral: ""))>\(labels.names[index])\
                <title>\(bar.name)</title></text>\
                <rect x="\(labels.width)" y="\(y + 4)" width="\(length)" height="16" rx="2" fill="var(\(bar.isMarked ? "--s0" : "--soft"))" \
                fill-opacity="\(bar.isMarked ? 1 : 0.45)"/>\
                <text class="value" x="\(labels.width + length + 8)" y="\(y + 16)">\(bar.text)</text>
                """
        }
        let height = 30 + Double(bars.count) * Self.rowHeight + 6
        return """
            <svg class="chart" role="img" aria-label="\(summary)" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
            xmlns="http://www.w3.org/2000/svg"><text class="chart-title" x="0" y="16">\(title)</text>\(rows)</svg>

            """
    }

    private var summary: String { "\(title): " + bars.map { "\($0.name) \($0.text)" }.joined(separator: "; ") }
}
