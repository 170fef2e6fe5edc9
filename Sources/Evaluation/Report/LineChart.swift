import Foundation

/// A line chart as SVG, drawn with classes so that one style sheet serves light, dark and print.
struct LineChart {
    /// One line.
    struct Series {
        var name: String
        /// x and y; a point that is not finite breaks the line.
        var points: [(x: Double, y: Double)]
    }

    var title: String
    var xLabel: String
    var series: [Series]
    /// Whether the highest point of each line is marked with its value.
    var marksHighest = false
    /// A horizontal line to compare with.
    var reference: (name: String, y: Double)?

    static let width = 440.0
    /// How many lines look different: six colours, each solid and dashed.
    static let styles = 12

    private let left = 46.0
    private let right = 14.0
    private let plotHeight = 200.0

    private var drawn: [Series] {
        series.map { Series(name: $0.name, points: $0.points.filter { $0.x.isFinite && $0.y.isFinite && abs($0.y) < 1e30 }) }
    }
    private var legend: ChartLegend {
        ChartLegend(names: series.map(\.name) + (reference.map { [$0.name] } ?? []), width: Self.width)
    }
    private var top: Double { 44 + legend.height }
    var height: Double { top + plotHeight + 44 }

    /// The chart as an `svg` element; `x` shifts it within another one.
    func svg(x: Double = 0) -> Markup {
        let points = drawn.flatMap(\.points)
        let xTicks = AxisTicks(covering: points.map(\.x), count: 6, whole: true)
        let yTicks = AxisTicks(covering: points.map(\.y) + (reference.map { [$0.y] } ?? []))
        let right = Self.width - right
        let bottom = top + plotHeight
        func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
            (
                left + (point.x - xTicks.low) / (xTicks.high - xTicks.low) * (right - left),
                bottom - (point.y - yTicks.low) / (yTicks.high - yTicks.low) * plotHeight
            )
        }
        let grid: [Markup] = yTicks.values.map { tick in
            let y = place((xTicks.low, tick)).y
            return """
                <line class="grid" x1="\(left)" x2="\(right)" y1="\(y)" y2="\(y)"/>\
                <text class="tick" x="\(left - 8)" y="\(y + 4)" text-anchor="end">\(yTicks.label(tick))</text>
                """
        }
        let epochs: [Markup] = xTicks.values.map { tick in
            let x = place((tick, yTicks.low)).x
            return "<text class=\"tick\" x=\"\(x)\" y=\"\(bottom + 18)\" text-anchor=\"middle\">\(xTicks.label(tick))</text>"
        }
        let lines: [Markup] = drawn.enumerated().map { index, series in line(series.points.map(place), index) }
        let marks: [Markup] = marksHighest ? drawn.enumerated().map { mark($1, $0, place) } : []
        var referenceLine: Markup = ""
        if let reference {
            let y = place((xTicks.low, reference.y)).y
            referenceLine = "<line class=\"reference\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }
        return """
            <svg class="chart" role="img" aria-label="\(summary)" x="\(x)" width="\(Self.width)" height="\(height)" \
            viewBox="0 0 \(Self.width) \(height)" xmlns="http://www.w3.org/2000/svg">
            <text class="chart-title" x="0" y="16">\(title)</text>
            \(legend.svg(top: 28, hasReference: reference != nil))
            \(grid)\(epochs)<text class="tick" x="\(right)" y="\(bottom + 36)" text-anchor="end">\(xLabel)</text>
            <line class="axis" x1="\(left)" x2="\(right)" y1="\(bottom)" y2="\(bottom)"/>
            \(referenceLine)\(lines)\(marks)
            </svg>
            """
    }

    private func line(_ points: [(x: Double, y: Double)], _ index: Int) -> Markup {
        guard let first = points.first else { return "" }
        if points.count == 1 { return "<circle class=\"dot s\(index % 6)\" cx=\"\(first.x)\" cy=\"\(first.y)\" r=\"4\"/>" }
        let coordinates: [Markup] = points.map { "\($0.x),\($0.y) " }
        return "<polyline class=\"line s\(index % 6)\(index % Self.styles >= 6 ? " dashed" : "")\" points=\"\(coordinates)\"/>"
    }

    private func mark(_ series: Series, _ index: Int, _ place: ((x: Double, y: Double)) -> (x: Double, y: Double)) -> Markup {
        guard let best = series.points.max(by: { $0.y < $1.y }) else { return "" }
        let at = place(best)
        return """
            <circle class="dot s\(index % 6)" cx="\(at.x)" cy="\(at.y)" r="4">\
            <title>\(series.name): \(NumberText.significant(best.y)) at \(xLabel) \(NumberText.significant(best.x))</title></circle>
            """
    }

    /// The chart in words, for those who cannot see it.
    private var summary: String {
        let parts = drawn.compactMap { series -> String? in
            guard let first = series.points.first, let last = series.points.last else { return nil }
            return "\(series.name) from \(NumberText.significant(first.y)) to \(NumberText.significant(last.y))"
        }
        return "\(title): " + (parts.isEmpty ? "no data" : parts.joined(separator: "; "))
    }
}
