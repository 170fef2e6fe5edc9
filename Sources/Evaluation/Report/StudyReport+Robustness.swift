import Metrics

extension StudyReport {
    /// What is left of HR@10 as more items are changed, in percent and relative to the items as they are.
    var robustnessSection: Markup {
        let changed = variants.compactMap { variant in
            variant.change.flatMap { change in variant.shownHitRate.map { (change: change, hitRate: $0) } }
        }
        let names = LineStyle.places(changed.map(\.change.name)).sorted { $0.value < $1.value }.map(\.key)
        let unchanged = variants.first { $0.change == nil && ($0.name == reference || reference == nil) }?.shownHitRate
        let series = names.map { name in
            var rates = changed.filter { $0.change.name == name }.map { (rate: $0.change.rate, hitRate: $0.hitRate) }
            if let unchanged, !rates.contains(where: { $0.rate == 0 }) { rates.append((0, unchanged)) }
            return (name: name, rates: rates.sorted { $0.rate < $1.rate })
        }
        let isFew = series.count <= 4
        let absolute = series.map { one in
            LineChart.Series(
                name: one.name,
                points: one.rates.map { rate, hitRate in
                    var point = LineChart.Point(rate * 100, percentOf: hitRate)
                    if !isFew { point.interval = nil }
                    return point
                })
        }
        let relative = series.compactMap { one -> LineChart.Series? in
            guard let first = one.rates.first, first.rate == 0, first.hitRate.value > 0 else { return nil }
            return .init(
                name: one.name,
                points: one.rates.map { .init($0.rate * 100, $0.hitRate.value / first.hitRate.value * 100) })
        }
        func chart(_ title: String, _ series: [LineChart.Series]) -> Markup? {
            guard series.contains(where: { $0.points.count > 1 }) else { return nil }
            return LineChart(
                title: title, xLabel: "items changed, %", series: series, bottom: .quantity(.percent), marksAll: true
            ).svg()
        }
        return Page.section(
            "Changed items",
            lead: "HR@10 of the same trained model where titles or pictures are missing or spoilt."
                + (isFew ? " Whiskers are 95 % intervals over users." : ""),
            Page.charts([
                chart("HR@10, %", absolute), chart("HR@10, % of that of the items as they are", relative),
            ]))
    }
}
