import Foundation
import Metrics

extension StudyReport {
    /// Quality against the size of the encoders: lines, and a map of the pairs.
    var scaleSection: Markup {
        let pairs = variants.compactMap { variant in
            variant.encoders.flatMap { encoders in variant.shownHitRate.map { (encoders: encoders, hitRate: $0) } }
        }.filter { $0.encoders.text.parameters > 0 && $0.encoders.image.parameters > 0 && abs($0.hitRate.value) <= 1 }
        let charts = [
            lines("HR@10, %, by size of the text encoder", pairs.map { ($0.encoders.image, $0.encoders.text, $0.hitRate) }),
            lines("HR@10, %, by size of the image encoder", pairs.map { ($0.encoders.text, $0.encoders.image, $0.hitRate) }),
        ]
        let map = map(pairs.map { ($0.encoders.text, $0.encoders.image, $0.hitRate.value) })
        return Page.section(
            "Quality against the size of the encoders",
            lead:
                "HR@10 on the test targets; whiskers are 95 % intervals over users. One line per encoder of the other modality.",
            "\(Page.charts(charts))\(map)")
    }

    private typealias Encoder = Encoders.Encoder

    private func lines(_ title: String, _ values: [(line: Encoder, x: Encoder, y: Estimate)]) -> Markup? {
        guard Set(values.map(\.x)).count > 1 else { return nil }
        let names = Self.bySize(values.map(\.line))
        let series = names.map { encoder in
            LineChart.Series(
                name: encoder.name,
                points: values.filter { $0.line == encoder }.sorted { $0.x.parameters < $1.x.parameters }.map {
                    .init(Double($0.x.parameters), percentOf: $0.y)
                })
        }
        return LineChart(
            title: title, xLabel: "parameters", series: series, bottom: .logarithmic(.count), marksAll: true
        ).svg()
    }

    /// Text encoders as rows, image encoders as columns.
    private func map(_ values: [(text: Encoder, image: Encoder, hitRate: Double)]) -> Markup {
        let texts = Self.bySize(values.map(\.text))
        let images = Self.bySize(values.map(\.image))
        guard texts.count > 1 || images.count > 1, let least = values.map(\.hitRate).min(),
            let most = values.map(\.hitRate).max()
        else { return "" }
        let rows = texts.map { text in
            let cells = images.map { image in
                let value = values.first { $0.text == text && $0.image == image }?.hitRate
                return HeatMap.Cell(
                    heading: image.name, text: value.map(NumberText.percent) ?? "",
                    tone: value.map { most > least ? ($0 - least) / (most - least) : 0 })
            }
            return (name: text.name, cells: cells)
        }
        let map = HeatMap(title: "HR@10, %, by encoders", rows: rows, labelWidth: 190, hasColumns: true).html
        return "<h3 class=\"map\">HR@10, %: text encoders down, image encoders across, small to large</h3>\n\(map)"
    }

    private static func bySize(_ encoders: [Encoder]) -> [Encoder] {
        Set(encoders).sorted { ($0.parameters, $0.name) < ($1.parameters, $1.name) }
    }
}
