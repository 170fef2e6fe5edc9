import Foundation

extension RunReport {
    /// The learned gates: how much each side block takes from its encoder layer.
    package struct Gates: Sendable {
        /// The gates of one tower.
        package struct Tower: Sendable {
            /// The tower's name, as in `text`.
            package var name: String
            /// The encoder layer of each block, as in `0`, `2` or, for the inter tower, `2 | 2`.
            package var layers: [String]
            /// sigmoid(theta / 0.1) of each block, 0...1.
            package var values: [Double]

            /// Describes a tower.
            package init(name: String, layers: [String], values: [Double]) {
                precondition(layers.count == values.count, "\(layers.count) layers, \(values.count) gates")
                self.name = name
                self.layers = layers
                self.values = values
            }
        }

        /// The towers, from top to bottom.
        package var towers: [Tower]

        /// Describes the gates.
        package init(towers: [Tower]) { self.towers = towers }

        /// The means of several runs' gates; nil where there are none, or they have not the same towers and blocks.
        package init?(meanOf runs: [Gates]) {
            guard let first = runs.first, !first.towers.isEmpty else { return nil }
            let shape = first.towers.map { [$0.name] + $0.layers }
            guard runs.allSatisfy({ run in run.towers.map { [$0.name] + $0.layers } == shape }) else { return nil }
            towers = first.towers.indices.map { tower in
                let values = first.towers[tower].values.indices.map { block in
                    runs.reduce(0) { $0 + $1.towers[tower].values[block] } / Double(runs.count)
                }
                return Tower(name: shape[tower][0], layers: first.towers[tower].layers, values: values)
            }
        }
    }
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

extension RunReport {
    /// The gates as a heat map, one row per tower.
    var gateSection: Markup { Page.section("Gates", lead: Self.gateLead(of: [gates]), gates?.map ?? "") }

    /// What the gates of some runs say.
    static func gateLead(of runs: [Gates?]) -> String {
        let hasMore = runs.contains { $0?.towers.contains { $0.name.hasPrefix("inter, ") } ?? false }
        let more = " In \"inter, NAME\": what the inter tower read before (1) against the modality NAME (0)."
        return gateLead + (hasMore ? more : "")
    }

    private static let gateLead =
        "How much each side block takes from its encoder layer (1) and how much from the block before it (0). In the inter tower: "
        + "image (1) against text (0). The layer's number is above its cell."
}
