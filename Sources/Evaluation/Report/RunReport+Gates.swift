import Foundation

extension RunReport {
    /// The gates as a heat map, one row per tower.
    var gateSection: Markup {
        guard let gates, gates.towers.contains(where: { !$0.values.isEmpty }) else { return "" }
        return Self.section(
            "Gates",
            lead:
                "How much each side block takes from its encoder layer (1) and how much from the block before it (0). In the inter tower: "
                + "image (1) against text (0). The layer's number stands above its cell.",
            Self.heatMap(gates.towers))
    }

    private static func heatMap(_ towers: [Gates.Tower]) -> Markup {
        let labelWidth = 86.0
        let width = 1000.0
        let columns = towers.map(\.values.count).max() ?? 1
        let cell = min(110, (width - labelWidth) / Double(columns))
        let rowHeight = 66.0
        let rows: [Markup] = towers.enumerated().map { row, tower in
            let y = Double(row) * rowHeight
            let cells: [Markup] = zip(tower.layers, tower.values).enumerated().map { column, gate in
                heatCell(layer: gate.0, value: gate.1, x: labelWidth + Double(column) * cell, y: y, width: cell)
            }
            return "<text class=\"legend\" x=\"0\" y=\"\(y + 43)\">\(tower.name)</text>\(cells)"
        }
        let used = labelWidth + Double(columns) * cell
        let words = towers.map { tower in
            "\(tower.name) "
                + zip(tower.layers, tower.values).map { "\($0) \(String(format: "%.2f", $1))" }.joined(separator: ", ")
        }
        let height = Double(towers.count) * rowHeight
        return """
            <div class="scroll"><svg class="chart" role="img" aria-label="Gates: \(words.joined(separator: "; "))" \
            viewBox="0 0 \(used) \(height)" width="\(used)" height="\(height)" style="max-width:\(used)px;min-width:560px">\(rows)</svg></div>
            """
    }

    private static func heatCell(layer: String, value: Double, x: Double, y: Double, width: Double) -> Markup {
        let known = value.isFinite ? min(1, max(0, value)) : 0.5
        return """
            <text class="tick" x="\(x + width / 2)" y="\(y + 14)" text-anchor="middle">\(layer)</text>\
            <rect x="\(x + 1.5)" y="\(y + 20)" width="\(width - 3)" height="38" rx="4" fill="var(--faint)"/>\
            <rect x="\(x + 1.5)" y="\(y + 20)" width="\(width - 3)" height="38" rx="4" fill="var(\(known < 0.5 ? "--low" : "--high"))" \
            fill-opacity="\(abs(known - 0.5) * 1.3)"/>\
            <text class="cell-text" x="\(x + width / 2)" y="\(y + 43.5)" text-anchor="middle">\
            \(value.isFinite ? String(format: "%.2f", value) : "?")</text>
            """
    }
}
