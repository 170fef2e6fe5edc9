import Foundation

/// Quality against what it costs: one named dot per method, and the frontier of those that no cheaper one beats.
struct ScatterChart {
    /// One method.
    struct Dot {
        var name: String
        /// Above 0 and finite.
        var x: Double
        var y: Double
        var interval: ClosedRange<Double>?
        var isMarked = false
        /// Whether x is reckoned from a few steps; the dot is then hollow.
        var isExtrapolated = false
    }

    var title: String
    var xLabel: String
    var quantity: Quantity
    var dots: [Dot]

    private let plotHeight = 250.0

    /// The chart as an `svg` element.
    var svg: Markup {
        let frame = frame
        let places = dots.map { frame.place($0.x, $0.y) }
        let labels = LabelPlacement(
            names: dots.map { $0.name.cut(to: 26) }, dots: places, lines: lines(frame),
            within: (frame.left, frame.right, frame.top, frame.bottom))
        let drawn: [Markup] = dots.indices.map { index in
            let dot = dots[index]
            let at = places[index]
            let style = dot.isMarked ? "s0" : "other"
            var whisker: Markup = ""
            if let interval = dot.interval {
                let ends = (frame.place(dot.x, interval.lowerBound).y, frame.place(dot.x, interval.upperBound).y)
                whisker =
                    "<line class=\"whisker faint \(style)\" x1=\"\(at.x)\" x2=\"\(at.x)\" y1=\"\(ends.0)\" y2=\"\(ends.1)\"/>"
            }
            return """
                \(whisker)<circle class="dot \(style)\(dot.isExtrapolated ? " hollow" : "")" cx="\(at.x)" cy="\(at.y)" r="4.5">\
                <title>\(words(dot))</title></circle>
                """
        }
        let names: [Markup] = labels.labels.enumerated().map { index, label in
            guard let label else { return "" }
            let weight: Markup = dots[index].isMarked ? " font-weight=\"650\"" : ""
            let (dot, near) = (places[index], label.near)
            let leader: Markup =
                label.isFar ? "<line class=\"leader\" x1=\"\(dot.x)\" y1=\"\(dot.y)\" x2=\"\(near.x)\" y2=\"\(near.y)\"/>" : ""
            return """
                \(leader)<text class="legend haloed" x="\(label.box.left)" y="\(label.box.bottom - 3)"\(weight)>\(dots[index].name.cut(to: 26))</text>
                """
        }
        let height = frame.bottom + frame.foot
        return """
            <svg class="chart" role="img" aria-label="\(title): \(dots.map(words).joined(separator: "; "))" width="\(LineChart.width)" \
            height="\(height)" viewBox="0 0 \(LineChart.width) \(height)" xmlns="http://www.w3.org/2000/svg">
            <text class="chart-title" x="0" y="16">\(title)</text>
            \(frame.svg)\(frontier(frame))\(drawn)\(names)
            </svg>

            """
    }

    private var frame: ChartFrame {
        let ends = dots.compactMap(\.interval).flatMap { [$0.lowerBound, $0.upperBound] }
        var frame = ChartFrame(
            x: .fitting(dots.map(\.x), quantity), y: .linear(dots.map(\.y) + ends), left: 46, right: LineChart.width - 14,
            top: 34,
            bottom: 34 + plotHeight, xLabel: xLabel)
        frame.hasUprights = true
        return frame
    }

    /// The steps from each method to the next cheapest that is better; empty where one method is both.
    private func corners(_ frame: ChartFrame) -> [(x: Double, y: Double)] {
        var best: [(x: Double, y: Double)] = []
        for dot in dots.sorted(by: { ($0.x, -$0.y) < ($1.x, -$1.y) }) where best.last.map({ $0.y < dot.y }) ?? true {
            best.append((dot.x, dot.y))
        }
        guard best.count > 1 else { return [] }
        return best.indices.flatMap { index in
            [frame.place(best[index].x, best[max(0, index - 1)].y), frame.place(best[index].x, best[index].y)]
        }
    }

    private func frontier(_ frame: ChartFrame) -> Markup {
        let points: [Markup] = corners(frame).map { "\($0.x),\($0.y) " }
        return points.isEmpty ? "" : "<polyline class=\"frontier\" points=\"\(points)\"/>"
    }

    /// Whiskers and frontier, which names should not cover.
    private func lines(_ frame: ChartFrame) -> [LabelPlacement.Box] {
        let corners = corners(frame)
        let frontier = zip(corners, corners.dropFirst()).map { LabelPlacement.Box(from: $0, to: $1) }
        let whiskers = dots.compactMap { dot in
            dot.interval.map {
                LabelPlacement.Box(from: frame.place(dot.x, $0.upperBound), to: frame.place(dot.x, $0.lowerBound))
            }
        }
        return frontier + whiskers
    }

    private func words(_ dot: Dot) -> String {
        "\(dot.name) \(NumberText.significant(dot.y)) at \(quantity.label(Double(NumberText.significant(dot.x)) ?? dot.x))"
            + (dot.isExtrapolated ? " (extrapolated)" : "")
    }
}

/// Places for the names of dots where they cover neither dots nor one another.
struct LabelPlacement {
    /// A rectangle in the chart's pixels.
    struct Box {
        var left: Double
        var right: Double
        var top: Double
        var bottom: Double

        init(left: Double, right: Double, top: Double, bottom: Double) {
            self.left = left
            self.right = right
            self.top = top
            self.bottom = bottom
        }

        /// What a straight line takes, and a little about it.
        init(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
            self.init(
                left: min(start.x, end.x) - 2, right: max(start.x, end.x) + 2, top: min(start.y, end.y) - 2,
                bottom: max(start.y, end.y) + 2)
        }

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    /// A name's place.
    struct Label {
        var box: Box
        /// The point of the box nearest to the dot.
        var near: (x: Double, y: Double)
        /// How far the name is from the dot.
        var distance: Int
        /// Whether a line should lead to the dot.
        var isFar: Bool { distance > 16 }
    }

    /// One per name; nil where no place is free.
    let labels: [Label?]

    private static let height = 15.0
    private static let distances = [8, 16, 26, 38, 52, 70]
    private static let directions: [(x: Double, y: Double)] = [
        (1, 0), (-1, 0), (0.7, -0.7), (-0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (0, -1), (0, 1),
    ]

    /// Tries for each dot places around it, near ones first, and few lines crossed before many.
    init(
        names: [String], dots: [(x: Double, y: Double)], lines: [Box] = [],
        within area: (left: Double, right: Double, top: Double, bottom: Double)
    ) {
        var taken = dots.map { Box(left: $0.x - 6, right: $0.x + 6, top: $0.y - 6, bottom: $0.y + 6) }
        var labels: [Label?] = []
        for (name, dot) in zip(names, dots) {
            let width = Double(name.count) * ChartFrame.letter
            let candidates = Self.distances.flatMap { distance in
                Self.directions.map { Self.label(width: width, dot: dot, direction: $0, distance: distance) }
            }
            let free = candidates.filter { label in
                label.box.left >= area.left && label.box.right <= area.right + 10 && label.box.top >= area.top - 4
                    && label.box.bottom <= area.bottom && !taken.contains { $0.meets(label.box) }
            }
            // A line crossed is as bad as a place twice as far.
            let crossings = free.map { label in lines.count { $0.meets(label.box) } }
            let best = free.indices.min { free[$0].distance + 16 * crossings[$0] < free[$1].distance + 16 * crossings[$1] }
            if let best { taken.append(free[best].box) }
            labels.append(best.map { free[$0] })
        }
        self.labels = labels
    }

    private static func label(width: Double, dot: (x: Double, y: Double), direction: (x: Double, y: Double), distance: Int)
        -> Label
    {
        let near = (x: dot.x + direction.x * Double(distance), y: dot.y + direction.y * Double(distance))
        let left = direction.x > 0 ? near.x : direction.x < 0 ? near.x - width : near.x - width / 2
        let top = direction.y > 0 ? near.y : direction.y < 0 ? near.y - height : near.y - height / 2
        return Label(
            box: Box(left: left, right: left + width, top: top, bottom: top + height), near: near, distance: distance)
    }
}
