import Foundation
import Metrics

/// A line chart as SVG, drawn with classes so that one style sheet serves light, dark and print.
struct LineChart {
    /// One value, with its interval where there is one.
    struct Point {
        var x: Double
        var y: Double
        var interval: ClosedRange<Double>?

        init(_ x: Double, _ y: Double, interval: ClosedRange<Double>? = nil) {
            self.x = x
            self.y = y
            self.interval = interval
        }

        /// An estimate as a share, shown in percent; an interval that is no share is left out.
        init(_ x: Double, percentOf estimate: Estimate) {
            self.init(x, estimate.value * 100)
            if let low = estimate.low, let high = estimate.high, low <= high, abs(low) <= 1, abs(high) <= 1 {
                interval = low * 100...high * 100
            }
        }
    }

    /// One line; lines of the same name share style and legend.
    struct Series {
        var name: String
        /// A point that is not finite is left out.
        var points: [Point]
        /// Whether the points are joined.
        var hasLine = true
    }

    /// What is along the bottom.
    enum Bottom {
        /// Whole numbers, such as epochs.
        case whole
        /// Quantities, evenly from 0 or, where they differ much, as logarithms.
        case quantity(Quantity)
        /// Quantities above 0, as logarithms.
        case logarithmic(Quantity)
        /// Names; a point's x is the name's place.
        case categories([String])
    }

    var title: String
    var xLabel: String
    var series: [Series]
    var bottom = Bottom.whole
    /// Whether the highest point of each line is marked with its value.
    var marksHighest = false
    /// Whether every point is marked, with its interval.
    var marksAll = false
    /// A horizontal line to compare with.
    var reference: (name: String, y: Double)?

    static let width = 440.0

    private let left = 46.0
    private let right = 14.0
    private let plotHeight = 200.0

    private var drawn: [Series] {
        series.map { series in
            var series = series
            series.points.removeAll { !(abs($0.x) < 1e18 && abs($0.y) < 1e30) }
            return series
        }
    }
    private var hasWhiskers: Bool { marksAll && series.contains { $0.points.contains { $0.interval != nil } } }
    private var isOfCategories: Bool { if case .categories = bottom { true } else { false } }
    private var names: [String] { LineStyle.places(series.map(\.name)).sorted { $0.value < $1.value }.map(\.key) }
    private var legend: ChartLegend { ChartLegend(names: names + (reference.map { [$0.name] } ?? []), width: Self.width) }
    private var frame: ChartFrame {
        let points = drawn.flatMap(\.points)
        let ends = marksAll ? points.compactMap(\.interval).flatMap { [$0.lowerBound, $0.upperBound] } : []
        let x =
            switch bottom {
            case .whole: Axis.linear(points.map(\.x), count: 6, whole: true)
            case .quantity(let quantity): Axis.fitting(points.map(\.x), quantity)
            case .logarithmic(let quantity): Axis.logarithmic(points.map(\.x), quantity)
            case .categories(let names): Axis.categories(names)
            }
        let top = 44 + legend.height
        var frame = ChartFrame(
            x: x, y: .linear(points.map(\.y) + ends + (reference.map { [$0.y] } ?? [])), left: left, right: Self.width - right,
            top: top, bottom: top + plotHeight, xLabel: xLabel)
        if hasWhiskers, !isOfCategories { frame.inset = 14 }
        return frame
    }
    var height: Double { frame.bottom + frame.foot }

    /// The chart as an `svg` element; `x` shifts it within another one.
    func svg(x: Double = 0) -> Markup {
        let frame = frame
        let places = LineStyle.places(series.map(\.name))
        let lines: [Markup] = drawn.map { series in
            let place = places[series.name] ?? 0
            // Whiskers of several lines at the same x are side by side.
            let shift = hasWhiskers ? (Double(place) - Double(places.count - 1) / 2) * min(5, 30 / Double(places.count)) : 0
            return line(series, LineStyle.classes(place), shift, frame)
        }
        var referenceLine: Markup = ""
        if let reference {
            let y = frame.bottom - frame.y.place(reference.y) * plotHeight
            referenceLine = "<line class=\"reference\" x1=\"\(frame.left)\" x2=\"\(frame.right)\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }
        return """
            <svg class="chart" role="img" aria-label="\(summary)" x="\(x)" width="\(Self.width)" height="\(height)" \
            viewBox="0 0 \(Self.width) \(height)" xmlns="http://www.w3.org/2000/svg">
            <text class="chart-title" x="0" y="16">\(title)</text>
            \(legend.svg(top: 28, hasReference: reference != nil))
            \(frame.svg)\(referenceLine)\(lines)
            </svg>

            """
    }

    private func line(_ series: Series, _ style: String, _ shift: Double, _ frame: ChartFrame) -> Markup {
        let places = series.points.map { point in
            let place = frame.place(point.x, point.y)
            return (x: place.x + shift, y: place.y)
        }
        let coordinates: [Markup] = places.map { "\($0.x),\($0.y) " }
        let polyline: Markup =
            places.count < 2 || !series.hasLine ? "" : "<polyline class=\"line \(style)\" points=\"\(coordinates)\"/>"
        let highest = series.points.indices.max { series.points[$0].y < series.points[$1].y }
        let marks: [Markup] = series.points.indices.map { index in
            guard marksAll || places.count == 1 || (marksHighest && index == highest) else { return "" }
            let point = series.points[index]
            let at = places[index]
            var whisker: Markup = ""
            if marksAll, let interval = point.interval {
                let ends = (frame.place(point.x, interval.lowerBound).y, frame.place(point.x, interval.upperBound).y)
                whisker = "<line class=\"whisker \(style)\" x1=\"\(at.x)\" x2=\"\(at.x)\" y1=\"\(ends.0)\" y2=\"\(ends.1)\"/>"
            }
            return """
                \(whisker)<circle class="dot \(style)" cx="\(at.x)" cy="\(at.y)" r="4">\
                <title>\(series.name): \(NumberText.significant(point.y)) at \(position(point.x))</title></circle>
                """
        }
        return "\(polyline)\(marks)"
    }

    /// A place along the bottom in words.
    private func position(_ x: Double) -> String {
        if case .categories(let names) = bottom, names.indices.contains(Int(x)) { return "\(xLabel) \(names[Int(x)])" }
        return "\(xLabel) \(NumberText.significant(x))"
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
