import Metrics

extension RunReport {
    /// The table of the methods.
    var methodSection: Markup {
        guard !methods.isEmpty else { return "" }
        let best = BestValues(of: methods)
        let rows: [Markup] = methods.map { method in
            """
            <tr\(method.name == subject ? Markup(stringLiteral: " class=\"subject\"") : "")>
            <td><bdi>\(method.name)</bdi></td>
            \(Self.estimateCell(method.hitRate, isBest: best.hitRate))
            \(Self.estimateCell(method.ndcg, isBest: best.ndcg))
            \(Self.cell(method.trainableParameters.map(NumberText.count), isBest: best.isLeast(method.trainableParameters, \.parameters)))
            \(Self.cell(method.secondsPerEpoch.map(NumberText.seconds), isBest: best.isLeast(method.secondsPerEpoch, \.seconds)))
            \(Self.cell(method.peakMemory.map(NumberText.bytes), isBest: best.isLeast(method.peakMemory, \.memory)))
            <td class="text">\(method.note)</td>
            </tr>

            """
        }
        var last: Markup = ""
        if let ceiling {
            last = """
                <tr class="ceiling"><td><bdi>\(ceiling.name)</bdi></td><td>\(NumberText.percent(ceiling.hitRate))</td>\
                <td>\(NumberText.percent(ceiling.ndcg))</td><td></td><td></td><td></td>\
                <td class="text">the best that can be reached on this data</td></tr>
                """
        }
        return Self.section(
            "Ranking and cost",
            lead: "HR@10 and NDCG@10 in percent with 95 % intervals below. The best of each column is in colour.",
            """
            <div class="wide"><table>
            <thead><tr><th>Method</th><th>HR@10</th><th>NDCG@10</th><th>Trainable</th><th>Per epoch</th><th>Peak memory</th>\
            <th class="text">Note</th></tr></thead>
            <tbody>
            \(rows)\(last)
            </tbody>
            </table></div>
            \(intervalCharts)
            """)
    }

    private var intervalCharts: Markup {
        let charts = [
            intervalChart("HR@10, %", \.hitRate, reference: ceiling?.hitRate),
            intervalChart("NDCG@10, %", \.ndcg, reference: ceiling?.ndcg),
        ].compactMap { $0 }
        return charts.isEmpty ? "" : "<div class=\"charts below\">\(charts)</div>"
    }

    /// The intervals of the methods that have a share for an estimate; nil when fewer than two have.
    private func intervalChart(_ title: String, _ column: KeyPath<Method, Estimate?>, reference: Double?) -> Markup? {
        let rows = methods.compactMap { method -> IntervalChart.Row? in
            guard let estimate = method[keyPath: column], abs(estimate.value) <= 1 else { return nil }
            func percent(_ share: Double?) -> Double? { share.flatMap { abs($0) <= 1 ? $0 * 100 : nil } }
            return IntervalChart.Row(
                name: method.name,
                estimate: Estimate(estimate.value * 100, low: percent(estimate.low), high: percent(estimate.high)),
                isMarked: method.name == subject)
        }
        guard rows.count >= 2 else { return nil }
        let line = reference.flatMap { abs($0) <= 1 ? (name: ceiling?.name ?? "", x: $0 * 100) : nil }
        return IntervalChart(title: title, rows: rows, reference: line).svg
    }

    private static func estimateCell(_ estimate: Estimate?, isBest best: Double?) -> Markup {
        guard let estimate else { return cell(nil, isBest: false) }
        let isBest = best == estimate.value
        guard let low = estimate.low, let high = estimate.high else {
            return cell(NumberText.percent(estimate.value), isBest: isBest)
        }
        let interval = "\(NumberText.percent(low)) – \(NumberText.percent(high))"
        return "<td\(mark(isBest))>\(NumberText.percent(estimate.value))<small>\(interval)</small></td>"
    }

    private static func cell(_ text: String?, isBest: Bool) -> Markup { "<td\(mark(isBest))>\(text ?? "–")</td>" }

    private static func mark(_ isBest: Bool) -> Markup { isBest ? " class=\"best\"" : "" }
}

/// The best value of each column; nil where fewer than two methods have one.
struct BestValues {
    let hitRate: Double?
    let ndcg: Double?
    let parameters: Double?
    let seconds: Double?
    let memory: Double?

    init(of methods: [RunReport.Method]) {
        func best(_ values: [Double?], _ choose: ([Double]) -> Double?) -> Double? {
            let known = values.compactMap { $0 }.filter { $0.isFinite }
            return known.count < 2 ? nil : choose(known)
        }
        hitRate = best(methods.map { $0.hitRate?.value }) { $0.max() }
        ndcg = best(methods.map { $0.ndcg?.value }) { $0.max() }
        parameters = best(methods.map { $0.trainableParameters.map(Double.init) }) { $0.min() }
        seconds = best(methods.map(\.secondsPerEpoch)) { $0.min() }
        memory = best(methods.map { $0.peakMemory.map(Double.init) }) { $0.min() }
    }

    func isLeast(_ value: Int?, _ column: KeyPath<BestValues, Double?>) -> Bool { isLeast(value.map(Double.init), column) }

    func isLeast(_ value: Double?, _ column: KeyPath<BestValues, Double?>) -> Bool {
        guard let value, let best = self[keyPath: column] else { return false }
        return value == best
    }
}
