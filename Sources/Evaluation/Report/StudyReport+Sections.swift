import Foundation
import Metrics

extension StudyReport {
    /// Quality against the size of the encoders: lines, and a map of the pairs.
    var scaleSection: Markup {
        let metric = metrics.leading
        let pairs = variants.compactMap { variant in
            variant.encoders.flatMap { encoders in variant.shown(metric).map { (encoders: encoders, quality: $0) } }
        }.filter { $0.encoders.text.parameters > 0 && $0.encoders.image.parameters > 0 && abs($0.quality.value) <= 1 }
        let charts = [
            lines(
                "\(metric.heading), by size of the text encoder",
                pairs.map { ($0.encoders.image, $0.encoders.text, $0.quality) }),
            lines(
                "\(metric.heading), by size of the image encoder",
                pairs.map { ($0.encoders.text, $0.encoders.image, $0.quality) }),
        ]
        let map = map(metric, pairs.map { ($0.encoders.text, $0.encoders.image, $0.quality.value) })
        return Page.section(
            "Quality against the size of the encoders",
            lead:
                "\(metric.name) on the test targets; whiskers are 95 % intervals over users. One line per encoder of the other modality.",
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
    private func map(_ metric: Metric, _ values: [(text: Encoder, image: Encoder, quality: Double)]) -> Markup {
        let texts = Self.bySize(values.map(\.text))
        let images = Self.bySize(values.map(\.image))
        guard texts.count > 1 || images.count > 1, let least = values.map(\.quality).min(),
            let most = values.map(\.quality).max()
        else { return "" }
        let rows = texts.map { text in
            let cells = images.map { image in
                let value = values.first { $0.text == text && $0.image == image }?.quality
                return HeatMap.Cell(
                    heading: image.name, text: value.map(NumberText.percent) ?? "",
                    tone: value.map { most > least ? ($0 - least) / (most - least) : 0 })
            }
            return (name: text.name, cells: cells)
        }
        let map = HeatMap(title: "\(metric.heading), by encoders", rows: rows, labelWidth: 190, hasColumns: true).html
        return "<h3 class=\"map\">\(metric.heading): text encoders down, image encoders across, small to large</h3>\n\(map)"
    }

    private static func bySize(_ encoders: [Encoder]) -> [Encoder] {
        Set(encoders).sorted { ($0.parameters, $0.name) < ($1.parameters, $1.name) }
    }
}

extension StudyReport {
    /// What is left of the ranking's quality as more items are changed, in percent and relative to the items as they are.
    var changeSection: Markup {
        let metric = metrics.leading
        let changed = variants.compactMap { variant in
            variant.change.flatMap { change in variant.shown(metric).map { (change: change, quality: $0) } }
        }
        let names = LineStyle.places(changed.map(\.change.name)).sorted { $0.value < $1.value }.map(\.key)
        let unchanged = variants.first { $0.change == nil && ($0.name == reference || reference == nil) }?.shown(metric)
        let series = names.map { name in
            var rates = changed.filter { $0.change.name == name }.map { (rate: $0.change.rate, quality: $0.quality) }
            if let unchanged, !rates.contains(where: { $0.rate == 0 }) { rates.append((0, unchanged)) }
            return (name: name, rates: rates.sorted { $0.rate < $1.rate })
        }
        let isFew = series.count <= 4
        let absolute = series.map { one in
            LineChart.Series(
                name: one.name,
                points: one.rates.map { rate, quality in
                    var point = LineChart.Point(rate * 100, percentOf: quality)
                    if !isFew { point.interval = nil }
                    return point
                })
        }
        let relative = series.compactMap { one -> LineChart.Series? in
            guard let first = one.rates.first, first.rate == 0, first.quality.value > 0 else { return nil }
            return .init(
                name: one.name,
                points: one.rates.map { .init($0.rate * 100, $0.quality.value / first.quality.value * 100) })
        }
        func chart(_ title: String, _ series: [LineChart.Series]) -> Markup? {
            guard series.contains(where: { $0.points.count > 1 }) else { return nil }
            return LineChart(
                title: title, xLabel: "items changed, %", series: series, bottom: .quantity(.percent), marksAll: true
            ).svg()
        }
        return Page.section(
            "Changed items",
            lead: "\(metric.name) of the same trained model where titles or pictures are missing or damaged."
                + (isFew ? " Whiskers are 95 % intervals over users." : ""),
            Page.charts([
                chart(metric.heading, absolute), chart("\(metric.name), % of that of the items as they are", relative),
            ]))
    }
}

extension StudyReport {
    /// The trials, best on the validation targets first, with a column per setting.
    var trialTable: ReportTable {
        let settings = LineStyle.places(variants.flatMap { $0.settings.map(\.label) }).sorted { $0.value < $1.value }.map(\.key)
        let metrics = metrics
        let order = variants.indices.sorted { (found($0) ?? -1, -$0) > (found($1) ?? -1, -$1) }
        let best = MethodParts.best(variants.indices.map(found))
        let costs = parts.costCells
        let rows = order.map { index in
            let variant = variants[index]
            let values = settings.map { label in
                ReportTable.Cell(variant.settings.first { $0.label == label }?.value)
            }
            let validation = metrics.map { metric in
                ReportTable.Cell(
                    variant.validationSummary(metric)?.mean, metric.unit,
                    isBest: metric == selectedBy && best.contains(index))
            }
            let test = metrics.map { ReportTable.Cell(variant.shown($0), $0.unit) }
            let cells: [ReportTable.Cell] =
                [.init(variant.name)] + values + validation + test + costs[index].prefix(3) + [.init(variant.note)]
            return ReportTable.Row(cells: cells, style: variant.name == reference ? .subject : .plain)
        }
        let columns =
            [.init(title: "Trial")] + Self.short(settings).map { ReportTable.Column(title: $0) }
            + ["Validation", "Test"].flatMap { part in metrics.map { .init(title: "\(part) \($0.heading)") } }
            + MethodParts.costColumns.prefix(3) + [.init(title: "Note", isNote: true)]
        return ReportTable(columns: columns, rows: rows, notes: parts.costNotes)
    }

    /// The last parts of settings' names, whole names where that would leave two alike.
    private static func short(_ names: [String]) -> [String] {
        let last = names.map { String($0.split(separator: ".").last ?? "") }
        return Set(last).count == names.count ? last : names
    }

    /// The search: each trial's validation, and the best so far.
    var searchSection: Markup {
        let found = variants.indices.compactMap { index in self.found(index).map { (Double(index + 1), $0 * 100) } }
        guard found.count > 1 else { return "" }
        var best = -Double.infinity
        let bests = found.map { trial, value in
            best = max(best, value)
            return LineChart.Point(trial, best)
        }
        var chart = LineChart(
            title: "Validation \(selectedBy.heading)", xLabel: "trial",
            series: [
                .init(name: "best so far", points: bests),
                .init(name: "trial", points: found.map { .init($0.0, $0.1) }, hasLine: false),
            ])
        chart.marksAll = true
        return Page.section(
            "Search", lead: "What each trial found, in the order they were tried. The test targets were not used.",
            Page.charts([chart.svg()]))
    }

    /// What the trials are chosen by, on the validation targets.
    private func found(_ index: Int) -> Double? { variants[index].validationSummary(selectedBy)?.mean.value }
}
