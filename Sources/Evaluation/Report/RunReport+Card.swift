import Metrics

extension RunReport {
    /// The evaluation card: facts beside metrics.
    var cardSection: Markup {
        guard let card else { return "" }
        let facts: [Markup] = card.facts.map { "<dt>\($0.label)</dt><dd>\($0.value)</dd>\n" }
        let rows: [Markup] = card.metricRows.map { row in
            "<tr><td>\(row.name)</td>\(Self.cell(row.all))\(Self.cell(row.warm))\(Self.cell(row.cold))</tr>\n"
        }
        return Page.section(
            "Evaluation card", lead: "How the numbers came to be, in full, so that they can be repeated and compared.",
            """
            <div class="card">
            <dl>
            \(facts)</dl>
            <div class="wide"><table>
            <thead><tr><th>%</th><th>All</th><th>Warm</th><th>Cold</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            </div>
            """)
    }

    private static func cell(_ estimate: Estimate?) -> Markup {
        guard let estimate else { return "<td>–</td>" }
        guard let low = estimate.low, let high = estimate.high else { return "<td>\(NumberText.percent(estimate.value))</td>" }
        return
            "<td>\(NumberText.percent(estimate.value))<small>\(NumberText.percent(low)) – \(NumberText.percent(high))</small></td>"
    }
}
