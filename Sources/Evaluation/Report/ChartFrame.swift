/// The plot of a chart with two axes: grid, labels, and where values are drawn.
struct ChartFrame {
    var x: Axis
    var y: Axis
    /// The plot's sides, in the chart's pixels.
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    var xLabel: String
    /// How far the x axis's ends are from the plot's sides.
    var inset = 0.0
    /// Whether upright lines stand at the x axis's labels too.
    var hasUprights = false

    /// About how wide a letter of the labels is.
    static let letter = 7.1

    func place(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double) {
        (across(x.place(xValue)), bottom - y.place(yValue) * (bottom - top))
    }

    /// The pixel of a place on the x axis.
    private func across(_ place: Double) -> Double { left + inset + place * (right - left - 2 * inset) }

    /// Whether neighbouring labels of the x axis would touch; every other one then stands lower.
    var isStaggered: Bool {
        zip(x.ticks, x.ticks.dropFirst()).contains { first, second in
            let room = across(second.place) - across(first.place)
            return Double(first.label.count + second.label.count) / 2 * Self.letter + 6 > room
        }
    }

    /// The space under the plot.
    var foot: Double { isStaggered ? 60 : 44 }

    /// Grid and labels.
    var svg: Markup {
        let rows: [Markup] = y.ticks.map { tick in
            let y = bottom - tick.place * (bottom - top)
            return """
                <line class="grid" x1="\(left)" x2="\(right)" y1="\(y)" y2="\(y)"/>\
                <text class="tick" x="\(left - 8)" y="\(y + 4)" text-anchor="end">\(tick.label)</text>
                """
        }
        let isStaggered = isStaggered
        let columns: [Markup] = x.ticks.enumerated().map { index, tick in
            let x = across(tick.place)
            let upright: Markup =
                hasUprights ? "<line class=\"grid\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(top)\" y2=\"\(bottom)\"/>" : ""
            let lower = isStaggered && index % 2 == 1 ? 16.0 : 0
            return
                "\(upright)<text class=\"tick\" x=\"\(x)\" y=\"\(bottom + 18 + lower)\" text-anchor=\"middle\">\(tick.label)</text>"
        }
        return """
            \(rows)\(columns)<text class="tick" x="\(right)" y="\(bottom + foot - 8)" text-anchor="end">\(xLabel)</text>
            <line class="axis" x1="\(left)" x2="\(right)" y1="\(bottom)" y2="\(bottom)"/>

            """
    }
}
