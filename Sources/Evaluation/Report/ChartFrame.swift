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
    /// Whether upright lines are at the x axis's labels too.
    var hasUprights = false

    /// About how wide a letter of the labels is.
    static let letter = 7.1

    func place(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double) {
        (across(x.place(xValue)), bottom - y.place(yValue) * (bottom - top))
    }

    /// The pixel of a place on the x axis.
    private func across(_ place: Double) -> Double { left + inset + place * (right - left - 2 * inset) }

    /// Whether neighbouring labels of the x axis would touch; every other one then is lower.
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

/// The style sheets: colours as variables, light by default, dark where the reader's system asks for it.
package enum ChartStyle {
    /// The variables that charts and pages share. The line colours are Okabe and Ito's, which colour-blind people distinguish,
    /// lightened for dark backgrounds.
    package static let colours = """
        :root{color-scheme:light dark;--paper:#fdfdfc;--panel:#fff;--ink:#1a1c1f;--soft:#5b6169;--faint:#e4e5e3;--mark:#0a62a8;
        --hit:#00785a;--hit-soft:#e3f4ee;--mark-soft:#eaf2f9;--low:#d9822b;--high:#0a72b9;--bad:#a8431b;--bad-soft:#f9ebe4;
        --s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b8598f;--s4:#b98600;--s5:#3d9bd0}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#131416;--panel:#1a1c1f;--ink:#e9e9e6;--soft:#a0a6ad;--faint:#303338;
        --mark:#6db3ec;--hit:#46c79c;--hit-soft:#15322a;--mark-soft:#1b2a38;--low:#e39a4f;--high:#4ba3e3;--bad:#f09a72;--bad-soft:#3a2219;
        --s0:#4ba3e3;--s1:#f08a4b;--s2:#3fc79c;--s3:#e08bbb;--s4:#e6b740;--s5:#8fd0f5}}
        """

    /// The classes that charts draw with.
    static let chart = """
        .chart text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
        fill:var(--ink);font-variant-numeric:tabular-nums}
        .chart .chart-title{font-size:15px;font-weight:600}.chart .tick,.chart .legend{font-size:12.5px;fill:var(--soft)}
        .chart .legend{fill:var(--ink)}.chart .grid{stroke:var(--faint);stroke-width:1}.chart .axis{stroke:var(--soft);stroke-width:1}
        .chart .reference{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:2 4}
        .chart .line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}.chart .line.dashed{stroke-dasharray:7 5}
        .chart .line.dotted{stroke-dasharray:1.5 5}.chart .faint{opacity:.45}
        .chart .frontier{fill:none;stroke:var(--s2);stroke-width:1.5;stroke-dasharray:3 4}
        .chart .leader{stroke:var(--soft);stroke-width:.75}.chart .in-bar{font-size:12px;fill:#fff}
        .chart .whisker{fill:none;stroke-width:1.75}.chart .other{stroke:var(--soft)}.chart .dot.other{fill:var(--soft)}
        .chart .dot{stroke:var(--panel);stroke-width:1.5}
        .s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}.s4{stroke:var(--s4)}.s5{stroke:var(--s5)}
        .dot.s0{fill:var(--s0)}.dot.s1{fill:var(--s1)}.dot.s2{fill:var(--s2)}.dot.s3{fill:var(--s3)}.dot.s4{fill:var(--s4)}
        .dot.s5{fill:var(--s5)}.chart .dot.hollow{fill:var(--panel);stroke-width:2}.chart .dot.hollow.s0{stroke:var(--s0)}
        .chart .dot.hollow.other{stroke:var(--soft)}.chart .haloed{paint-order:stroke;stroke:var(--paper);stroke-width:4;stroke-linejoin:round}
        .cell-text{font-size:13px}.chart .value{font-size:12.5px}
        """
}

/// How the lines of a chart differ: six colours, each solid, dashed and dotted. Series of the same name look the same.
enum LineStyle {
    static let count = 18

    /// The classes of the line at a place.
    static func classes(_ index: Int) -> String { "s\(index % 6)" + ["", " dashed", " dotted"][index / 6 % 3] }

    /// The place of each name among the different names.
    static func places(_ names: [String]) -> [String: Int] {
        names.reduce(into: [:]) { places, name in if places[name] == nil { places[name] = places.count } }
    }
}

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
