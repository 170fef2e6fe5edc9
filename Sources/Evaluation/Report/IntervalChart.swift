import Metrics

/// One dot with its interval per method over a common axis: shows at a glance which differences are real.
struct IntervalChart {
    /// One row.
    struct Row {
        var name: String
        /// In the axis's unit.
        var estimate: Estimate
        var isMarked: Bool
    }

    var title: String
    var rows: [Row]
    /// A vertical line to compare with.
    var reference: (name: String, x: Double)?

    private static let rowHeight = 26.0

    /// The chart as an `svg` element.
    var svg: Markup {
        let width = LineChart.width
        let labels = RowLabels(rows.map(\.name))
        let left = labels.width
        let right = width - 16
        let top = 32.0
        let bottom = top + Double(rows.count) * Self.rowHeight + 4
        let data = rows.flatMap { [$0.estimate.value, $0.estimate.low, $0.estimate.high].compactMap { $0 } }
        let ticks = AxisTicks(covering: data + (reference.map { [$0.x] } ?? []))
        func place(_ value: Double) -> Double { left + (value - ticks.low) / (ticks.high - ticks.low) * (right - left) }
        let grid: [Markup] = ticks.values.map { tick in
            """
            <line class="grid" x1="\(place(tick))" x2="\(place(tick))" y1="\(top)" y2="\(bottom)"/>\
            <text class="tick" x="\(place(tick))" y="\(bottom + 18)" text-anchor="middle">\(ticks.label(tick))</text>
            """
        }
        let drawn: [Markup] = rows.enumerated().map { index, row in
            let y = top + (Double(index) + 0.5) * Self.rowHeight
            let style = row.isMarked ? "s0" : "other"
            let low = place(row.estimate.low ?? row.estimate.value)
            let high = place(row.estimate.high ?? row.estimate.value)
            return """
                <text class="legend" x="0" y="\(y + 4)"\(row.isMarked ? " font-weight=\"650\"" : Markup(stringLiteral: ""))>\
                \(labels.names[index])<title>\(row.name)</title></text>\
                <path class="whisker \(style)" d="M\(low),\(y - 5)V\(y + 5)M\(low),\(y)H\(high)M\(high),\(y - 5)V\(y + 5)"/>\
                <circle class="dot \(style)" cx="\(place(row.estimate.value))" cy="\(y)" r="3.5"/>
                """
        }
        var line: Markup = ""
        if let reference {
            let x = place(reference.x)
            line = """
                <line class="reference" x1="\(x)" x2="\(x)" y1="\(top)" y2="\(bottom)"/>\
                <text class="tick" x="\(x)" y="\(top - 6)" text-anchor="\(x > (left + right) / 2 ? "end" : "start")">\(reference.name)</text>
                """
        }
        return """
            <svg class="chart" role="img" aria-label="\(summary)" width="\(width)" height="\(bottom + 26)" \
            viewBox="0 0 \(width) \(bottom + 26)" xmlns="http://www.w3.org/2000/svg">\
            <text class="chart-title" x="0" y="16">\(title)</text>\(grid)\(line)\(drawn)</svg>

            """
    }

    private var summary: String {
        "\(title): "
            + rows.map { row in
                guard let low = row.estimate.low, let high = row.estimate.high else {
                    return "\(row.name) \(NumberText.significant(row.estimate.value))"
                }
                return "\(row.name) \(NumberText.significant(row.estimate.value)) "
                    + "(\(NumberText.significant(low)) to \(NumberText.significant(high)))"
            }.joined(separator: "; ")
    }
}
