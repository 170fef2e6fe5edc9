import Metrics

extension StudyReport {
    /// The variants' rankings by groups of users.
    var breakdownSection: Markup {
        let charts = [Breakdown.Kind.historyLength, .targetPopularity].flatMap { kind in
            [
                lines("HR@10, %, by \(kind.rawValue)", kind, \.hitRate), lines("NDCG@10, %, by \(kind.rawValue)", kind, \.ndcg),
            ]
        }
        return Page.section("Groups of users", lead: RunReport.breakdownLead, Page.charts(charts))
    }

    /// One line per variant with the groups that most variants have; with whiskers where they are few enough to be told apart.
    private func lines(_ title: String, _ kind: Breakdown.Kind, _ metric: KeyPath<Breakdown.Group, Estimate>) -> Markup? {
        let all = variants.compactMap { variant in
            variant.breakdowns.first { $0.kind == kind && !$0.groups.isEmpty }.map { (variant.name, $0.groups) }
        }
        guard let groups = all.first?.1 else { return nil }
        let names = groups.map(\.axisLabel)
        let series = all.map { name, groups in
            LineChart.Series(
                name: name,
                points: groups.compactMap { group in
                    names.firstIndex(of: group.axisLabel).map { place in
                        var point = LineChart.Point(Double(place), percentOf: group[keyPath: metric])
                        if all.count > 4 { point.interval = nil }
                        return point
                    }
                })
        }
        return LineChart(
            title: title, xLabel: kind.axisLabel, series: series, bottom: .categories(names), marksAll: true
        ).svg()
    }

    /// The gates of each variant that has some.
    var gateSection: Markup {
        let maps: [Markup] = variants.compactMap { variant in
            guard let map = variant.gates?.map, !map.text.isEmpty else { return nil }
            return "<h3 class=\"map\"><bdi>\(variant.name)</bdi></h3>\n\(map)"
        }
        return Page.section("Gates", lead: RunReport.gateLead + " Means over seeds.", "\(maps)")
    }

    /// The shares of the score of each variant that has several towers.
    var shareSection: Markup { RunReport.shareSection(variants.map { ($0.name, $0.shares) }) }
}
