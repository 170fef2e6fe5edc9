import Foundation
import Metrics

extension MethodParts {
    /// Bars of each cost, and TPME.
    var costSection: Markup {
        let efficiency = efficiency
        let charts = [
            bars("Training time per epoch", { $0.secondsPerEpoch }, NumberText.seconds, marksExtrapolated: true),
            bars("Peak memory", { Double($0.peakMemory) }) { NumberText.bytes(Int($0)) },
            bars("Trainable parameters", { Double($0.trainableParameters) }) { NumberText.count(Int($0)) },
            bars(
                "TPME, lower is better", methods.indices.map { (methods[$0].name, efficiency[$0]?.value) },
                { String(format: "%.3f", $0) }),
        ]
        func weight(_ share: Double) -> String { String(format: "%.2f", share) }
        let lead =
            efficiency.isEmpty
            ? "What training costs, on linear scales."
            : "What training costs, on linear scales. TPME is \(weight(weights.time)) time + \(weight(weights.parameters)) parameters + "
                + "\(weight(weights.memory)) memory, each from 0 (least) to 1 (most) over these methods."
        return Page.section("Cost of training", lead: lead, Page.charts(charts))
    }

    /// Quality against time and against memory; empty where fewer than two methods have both.
    var scatterSection: Markup {
        let charts = [
            scatter("NDCG@10, %, against time per epoch", "time per epoch", .seconds, \.secondsPerEpoch, isTime: true),
            scatter("NDCG@10, %, against peak memory", "peak memory", .bytes) { Double($0.peakMemory) },
        ]
        return Page.section(
            "Quality against cost",
            lead:
                "Up and to the left is better; whiskers are 95 % intervals over users. The line joins the methods that no cheaper one "
                + "equals. A hollow dot's time is extrapolated.", Page.charts(charts))
    }

    /// The intervals over users of all methods.
    var intervalCharts: Markup {
        Page.charts(
            [
                intervals("HR@10, %", \.hitRate, reference: ceiling?.hitRate),
                intervals("NDCG@10, %", \.ndcg, reference: ceiling?.ndcg),
            ], isBelow: true)
    }

    private func bars(
        _ title: String, _ value: (RunCost) -> Double, _ text: @escaping (Double) -> String, marksExtrapolated: Bool = false
    ) -> Markup? {
        bars(
            title, methods.map { ($0.name, $0.cost.map(value)) }, text,
            marks: methods.map { marksExtrapolated && $0.cost?.isExtrapolated == true })
    }

    /// A bar chart of the known values; nil when fewer than two are known.
    private func bars(
        _ title: String, _ values: [(name: String, value: Double?)], _ text: (Double) -> String, marks: [Bool]? = nil
    ) -> Markup? {
        let bars = values.indices.compactMap { index -> BarChart.Bar? in
            let (name, value) = values[index]
            guard let value, value.isFinite, value >= 0, value < 1e18 else { return nil }
            let mark = marks?[index] == true ? "†" : ""
            return BarChart.Bar(name: name, value: value, text: text(value) + mark, isMarked: name == subject)
        }
        return bars.count < 2 ? nil : BarChart(title: title, bars: bars).svg
    }

    private func scatter(
        _ title: String, _ xLabel: String, _ quantity: Quantity, _ cost: (RunCost) -> Double, isTime: Bool = false
    ) -> Markup? {
        let dots = methods.compactMap { method -> ScatterChart.Dot? in
            guard let x = method.cost.map(cost), (1e-9..<1e18).contains(x), let estimate = method.ndcg, abs(estimate.value) <= 1
            else { return nil }
            let point = LineChart.Point(0, percentOf: estimate)
            return ScatterChart.Dot(
                name: method.name, x: x, y: point.y, interval: point.interval, isMarked: method.name == subject,
                isExtrapolated: isTime && method.cost?.isExtrapolated == true)
        }
        // Where all cost the same there is nothing to see.
        guard let least = dots.map(\.x).min(), let most = dots.map(\.x).max(), most > least * 1.01 else { return nil }
        return ScatterChart(title: title, xLabel: xLabel, quantity: quantity, dots: dots).svg
    }

    /// The intervals of the methods that have a share for an estimate; nil when fewer than two have.
    private func intervals(_ title: String, _ column: KeyPath<RunReport.Method, Estimate?>, reference: Double?) -> Markup? {
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
}
