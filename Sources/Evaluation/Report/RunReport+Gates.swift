import Foundation

extension RunReport {
    /// The gates as a heat map, one row per tower.
    var gateSection: Markup { Page.section("Gates", lead: Self.gateLead, gates?.map ?? "") }

    static let gateLead =
        "How much each side block takes from its encoder layer (1) and how much from the block before it (0). In the inter tower: "
        + "image (1) against text (0). The layer's number stands above its cell."
}

extension RunReport.Gates {
    /// The gates as cells; nothing where there are none.
    var map: Markup {
        guard towers.contains(where: { !$0.values.isEmpty }) else { return "" }
        let rows = towers.map { tower in
            (
                name: tower.name,
                cells: zip(tower.layers, tower.values).map { layer, value in
                    HeatMap.Cell(
                        heading: layer, text: value.isFinite ? String(format: "%.2f", value) : "?",
                        tone: value.isFinite ? 2 * value - 1 : 0)
                }
            )
        }
        return HeatMap(title: "Gates", rows: rows).html
    }
}
