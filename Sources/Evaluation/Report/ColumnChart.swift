/// Upright bars with whiskers, for the groups of one run.
struct ColumnChart {
    /// One bar.
    struct Column {
        var name: String
        /// Not negative.
        var value: Double
        var interval: ClosedRange<Double>?
        /// What stands for the bar where somebody points at it.
        var words: String
    }

    var title: String
    var xLabel: String
    var columns: [Column]

    private let plotHeight = 200.0

    /// The chart as an `svg` element.
    var svg: Markup {
        let frame = ChartFrame(
            x: .categories(columns.map(\.name)),
            y: .linear([0] + columns.flatMap { [$0.value, $0.interval?.upperBound ?? 0] }), left: 46,
            right: LineChart.width - 14, top: 34, bottom: 34 + plotHeight, xLabel: xLabel)
        let width = min(46, (frame.right - frame.left) / Double(max(1, columns.count)) * 0.62)
        let drawn: [Markup] = columns.enumerated().map { index, column in
            let at = frame.place(Double(index), column.value)
            var whisker: Markup = ""
            if let interval = column.interval {
                let ends = (frame.place(0, interval.lowerBound).y, frame.place(0, interval.upperBound).y)
                whisker = """
                    <path class="whisker other" d="M\(at.x - 5),\(ends.0)H\(at.x + 5)M\(at.x),\(ends.0)V\(ends.1)M\(at.x - 5),\(ends.1)H\(at.x + 5)"/>
                    """
            }
            return """
                <rect x="\(at.x - width / 2)" y="\(at.y)" width="\(width)" height="\(max(0, frame.bottom - at.y))" rx="2" \
                fill="var(--s0)" fill-opacity="0.75"><title>\(column.words)</title></rect>\(whisker)
                """
        }
        let height = frame.bottom + frame.foot
        return """
            <svg class="chart" role="img" aria-label="\(title): \(columns.map(\.words).joined(separator: "; "))" \
            width="\(LineChart.width)" height="\(height)" viewBox="0 0 \(LineChart.width) \(height)" \
            xmlns="http://www.w3.org/2000/svg">
            <text class="chart-title" x="0" y="16">\(title)</text>
            \(frame.svg)\(drawn)
            </svg>

            """
    }
}
