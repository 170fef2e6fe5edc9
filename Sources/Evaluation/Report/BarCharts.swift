import Foundation

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

/// Bars of parts that add up to one; negative parts are left of 0.
struct StackedBarChart {
    /// One bar.
    struct Bar {
        var name: String
        var parts: [(name: String, share: Double)]
    }

    var title: String
    var bars: [Bar]

    private static let rowHeight = 30.0

    private var partNames: [String] {
        LineStyle.places(bars.flatMap { $0.parts.map(\.name) }).sorted { $0.value < $1.value }.map(\.key)
    }

    /// The chart as an `svg` element.
    var svg: Markup {
        let width = LineChart.width
        let labels = RowLabels(bars.map(\.name))
        let legend = ChartLegend(names: partNames, width: width)
        let top = 36 + legend.height
        let bottom = top + Double(bars.count) * Self.rowHeight + 4
        let ends = bars.flatMap { bar in
            [bar.parts.reduce(0) { $0 + min(0, $1.share) }, bar.parts.reduce(0) { $0 + max(0, $1.share) }]
        }
        let axis = Axis.linear([0, 100] + ends.map { $0 * 100 }, count: 8)
        func place(_ share: Double) -> Double { labels.width + axis.place(share * 100) * (width - labels.width - 14) }
        let grid: [Markup] = axis.ticks.map { tick in
            let x = labels.width + tick.place * (width - labels.width - 14)
            return """
                <line class="grid" x1="\(x)" x2="\(x)" y1="\(top)" y2="\(bottom)"/>\
                <text class="tick" x="\(x)" y="\(bottom + 18)" text-anchor="middle">\(tick.label)</text>
                """
        }
        let places = LineStyle.places(partNames)
        let rows: [Markup] = bars.enumerated().map { index, bar in
            let y = top + Double(index) * Self.rowHeight
            var (negative, positive) = (0.0, 0.0)
            let parts: [Markup] = bar.parts.map { part in
                let start = part.share < 0 ? negative + part.share : positive
                if part.share < 0 { negative += part.share } else { positive += part.share }
                let length = place(start + abs(part.share)) - place(start)
                let text = String(format: "%.0f", part.share * 100)
                let middle = place(start) + length / 2
                let number: Markup =
                    length > 24
                    ? "<text class=\"in-bar\" x=\"\(middle)\" y=\"\(y + 19)\" text-anchor=\"middle\">\(text)</text>" : ""
                return """
                    <rect x="\(place(start))" y="\(y + 5)" width="\(length)" height="20" fill="var(--s\((places[part.name] ?? 0) % 6))" \
                    fill-opacity="0.8"><title>\(bar.name), \(part.name): \(text) %</title></rect>\
                    \(number)
                    """
            }
            return
                "<text class=\"legend\" x=\"0\" y=\"\(y + 19)\">\(labels.names[index])<title>\(bar.name)</title></text>\(parts)"
        }
        return """
            <svg class="chart" role="img" aria-label="\(summary)" width="\(width)" height="\(bottom + 26)" \
            viewBox="0 0 \(width) \(bottom + 26)" xmlns="http://www.w3.org/2000/svg">
            <text class="chart-title" x="0" y="16">\(title)</text>\(legend.svg(top: 28, hasReference: false))\(grid)\(rows)</svg>

            """
    }

    private var summary: String {
        "\(title): "
            + bars.map { bar in
                "\(bar.name) "
                    + bar.parts.map { "\($0.name) \(String(format: "%.0f %%", $0.share * 100))" }.joined(separator: ", ")
            }.joined(separator: "; ")
    }
}
