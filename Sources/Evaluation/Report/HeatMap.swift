import Foundation

/// Numbers as coloured cells, in rows with names; each cell has its own heading.
struct HeatMap {
    /// One cell.
    struct Cell {
        var heading: String
        var text: String
        /// The colour: -1 the one end's, 0 none, 1 the other end's; nil for no cell.
        var tone: Double?
    }

    var title: String
    var rows: [(name: String, cells: [Cell])]
    /// How wide the rows' names are.
    var labelWidth = 86.0
    /// Whether only the first row shows the cells' headings, which are the columns' then.
    var hasColumns = false

    private let width = 1000.0

    /// The map as an `svg` element that scrolls where the screen is narrow.
    var html: Markup {
        let columns = max(1, rows.map(\.cells.count).max() ?? 1)
        let cell = min(hasColumns ? 170 : 110, (width - labelWidth) / Double(columns))
        let rowHeight = hasColumns ? 44.0 : 66.0
        let headings = hasColumns ? 22.0 : 0
        let drawn: [Markup] = rows.enumerated().map { row, content in
            let y = Double(row) * rowHeight
            let cells: [Markup] = content.cells.enumerated().map { column, one in
                draw(one, hasHeading: !hasColumns || row == 0, x: labelWidth + Double(column) * cell, y: y, width: cell)
            }
            let name = content.name.cut(to: Int(labelWidth / ChartFrame.letter))
            return "<text class=\"legend\" x=\"0\" y=\"\(y + 43)\">\(name)<title>\(content.name)</title></text>\(cells)"
        }
        let used = labelWidth + Double(columns) * cell
        let height = Double(rows.count) * rowHeight + headings
        return """
            <div class="scroll"><svg class="chart" role="img" aria-label="\(summary)" viewBox="0 0 \(used) \(height)" width="\(used)" \
            height="\(height)" style="max-width:\(used)px;min-width:\(min(used, max(320, Double(columns) * 62 + labelWidth)))px" \
            xmlns="http://www.w3.org/2000/svg">\(drawn)</svg></div>

            """
    }

    private func draw(_ cell: Cell, hasHeading: Bool, x: Double, y: Double, width: Double) -> Markup {
        let heading: Markup =
            hasHeading
            ? "<text class=\"tick\" x=\"\(x + width / 2)\" y=\"\(y + 14)\" text-anchor=\"middle\">\(cell.heading.cut(to: Int(width / 6.6)))</text>"
            : ""
        guard let tone = cell.tone else { return heading }
        let known = tone.isFinite ? min(1, max(-1, tone)) : 0
        return """
            \(heading)<rect x="\(x + 1.5)" y="\(y + 20)" width="\(width - 3)" height="38" rx="4" fill="var(--faint)"/>\
            <rect x="\(x + 1.5)" y="\(y + 20)" width="\(width - 3)" height="38" rx="4" fill="var(\(known < 0 ? "--low" : "--high"))" \
            fill-opacity="\(abs(known) * 0.65)"/>\
            <text class="cell-text" x="\(x + width / 2)" y="\(y + 43.5)" text-anchor="middle">\(cell.text)</text>
            """
    }

    private var summary: String {
        "\(title): "
            + rows.map { row in "\(row.name) " + row.cells.map { "\($0.heading) \($0.text)" }.joined(separator: ", ") }
            .joined(separator: "; ")
    }
}
