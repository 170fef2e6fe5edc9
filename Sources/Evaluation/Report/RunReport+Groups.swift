import Foundation
import Metrics

extension RunReport {
    /// The subject's ranking by history length and by target popularity.
    var breakdownSection: Markup {
        let charts = breakdowns.filter { !$0.groups.isEmpty }.flatMap { breakdown in
            [
                Self.columns("HR@10, %, by \(breakdown.kind.rawValue)", breakdown, \.hitRate),
                Self.columns("NDCG@10, %, by \(breakdown.kind.rawValue)", breakdown, \.ndcg),
            ]
        }
        return Page.section("Groups of users", lead: Self.breakdownLead, Page.charts(charts))
    }

    static let breakdownLead =
        "History length is the number of earlier items, target popularity the number of training interactions of the item that was "
        + "chosen next; 0 is a cold item. Groups have about the same number of users where the numbers allow it; whiskers are 95 % "
        + "intervals over users, left out where they would hide each other."

    private static func columns(_ title: String, _ breakdown: Breakdown, _ metric: KeyPath<Breakdown.Group, Estimate>) -> Markup
    {
        let columns = breakdown.groups.map { group in
            let point = LineChart.Point(0, percentOf: group[keyPath: metric])
            return ColumnChart.Column(
                name: group.axisLabel, value: point.y.isFinite ? min(100, max(0, point.y)) : 0, interval: point.interval,
                words: "\(group.label): \(NumberText.significant(point.y)) % of \(group.users) users")
        }
        return ColumnChart(title: title, xLabel: breakdown.kind.axisLabel, columns: columns).svg
    }

    /// How much of the scores each tower decides.
    var shareSection: Markup {
        Self.shareSection([(subject ?? "score", shares)])
    }

    /// The shares of methods with several towers.
    static func shareSection(_ methods: [(name: String, shares: [RunResult.TowerShare])]) -> Markup {
        let bars = methods.compactMap { method -> StackedBarChart.Bar? in
            let parts = method.shares.map { (name: $0.tower, share: $0.share) }
            guard parts.count > 1, parts.allSatisfy({ abs($0.share) < 100 }) else { return nil }
            return StackedBarChart.Bar(name: method.name, parts: parts)
        }
        return Page.section(
            "Shares of the score",
            lead:
                "How much of the differences between a user's scores comes from each tower, in percent, mean over users. A part left of "
                + "0 works against the others.",
            bars.isEmpty ? "" : Page.charts([StackedBarChart(title: "Share of the score, %", bars: bars).svg]))
    }
}

extension Breakdown.Kind {
    /// What stands along the axis.
    var axisLabel: String { self == .historyLength ? "earlier items" : "training interactions" }
}

extension Breakdown.Group {
    /// The numbers, short.
    var axisLabel: String { least == most ? "\(least)" : "\(least)–\(most)" }
}
