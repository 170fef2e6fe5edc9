import Foundation
import Metrics

/// What reports of runs and of studies draw alike of their methods: cells of cost, bars, quality against cost.
struct MethodParts {
    var methods: [RunReport.Method]
    /// The method that is marked.
    var subject: String?
    var ceiling: RunReport.Ceiling?
    var weights = TPME.Weights()

    /// What the methods were measured by.
    var metrics: [Metric] { [Metric](measuredBy: methods.map(\.metrics.metrics)).orPapers }

    /// TPME of the methods whose cost is known, by the method's place; empty when fewer than two are known.
    var efficiency: [Int: TPME.Value] {
        let known = methods.indices.filter { methods[$0].cost != nil }
        let costs = known.compactMap { index in
            methods[index].cost.map {
                TPME.Cost(
                    method: methods[index].name, secondsPerEpoch: $0.secondsPerEpoch,
                    trainableParameters: $0.trainableParameters,
                    peakMemory: $0.peakMemory)
            }
        }
        guard costs.count > 1, let values = try? TPME.values(of: costs, weights: weights) else { return [:] }
        return Dictionary(uniqueKeysWithValues: zip(known, values))
    }

    static let costColumns: [ReportTable.Column] = [
        .init(title: "Trainable"), .init(title: "Per epoch"), .init(title: "Peak memory"), .init(title: "Store"),
        .init(title: "TPME"),
    ]

    /// The cells of cost of each method.
    var costCells: [[ReportTable.Cell]] {
        let efficiency = efficiency
        let costs = methods.map(\.cost)
        let parameters = Self.best(costs.map { $0.map { -Double($0.trainableParameters) } })
        let seconds = Self.best(costs.map { $0.map { -$0.secondsPerEpoch } })
        let memory = Self.best(costs.map { $0.map { -Double($0.peakMemory) } })
        let tpme = Self.best(methods.indices.map { efficiency[$0].map { -$0.value } })
        return methods.indices.map { index in
            let cost = costs[index]
            let mark = cost?.isExtrapolated == true ? "†" : ""
            let encoding = cost?.encodingSeconds.map { "in \(NumberText.seconds($0))" }
            return [
                .init(
                    cost.map { NumberText.count($0.trainableParameters) },
                    details: [cost.map { "of \(NumberText.count($0.totalParameters))" }], isBest: parameters.contains(index)),
                .init(cost.map { NumberText.seconds($0.secondsPerEpoch) + mark }, isBest: seconds.contains(index)),
                .init(cost.map { NumberText.bytes($0.peakMemory) }, isBest: memory.contains(index)),
                .init(
                    cost.flatMap { $0.storeBytes > 0 ? NumberText.bytes($0.storeBytes) : nil },
                    details: [cost.flatMap { $0.storeBytes > 0 ? encoding : nil }]),
                .init(efficiency[index].map { String(format: "%.3f", $0.value) + mark }, isBest: tpme.contains(index)),
            ]
        }
    }

    /// What the signs in the cells of cost mean.
    var costNotes: [String] {
        methods.contains { $0.cost?.isExtrapolated == true }
            ? [
                "† Extrapolated: not a whole epoch was timed but some steps, and their median counted for all steps of an epoch."
            ] : []
    }

    /// The places of a metric's greatest value; none for a metric of lists, of which more is not better.
    static func best(_ metric: Metric, _ values: [Double?]) -> Set<Int> { metric.isOfRanks ? best(values) : [] }

    /// The places of the greatest value; none where all that are known are equal.
    static func best(_ values: [Double?]) -> Set<Int> {
        let known = values.compactMap { $0 }.filter(\.isFinite)
        guard let most = known.max(), let least = known.min(), most > least else { return [] }
        return Set(values.indices.filter { values[$0] == most })
    }
}

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
            scatter("time per epoch", .seconds, \.secondsPerEpoch, isTime: true),
            scatter("peak memory", .bytes) { Double($0.peakMemory) },
        ]
        return Page.section(
            "Quality against cost",
            lead:
                "Up and to the left is better; whiskers are 95 % intervals over users. The line joins the methods that no cheaper one "
                + "equals. A hollow dot's time is extrapolated.", Page.charts(charts))
    }

    /// The intervals over users of all methods.
    var intervalCharts: Markup {
        Page.charts(metrics.map(intervals), isBelow: true)
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
        _ xLabel: String, _ quantity: Quantity, _ cost: (RunCost) -> Double, isTime: Bool = false
    ) -> Markup? {
        let metric = metrics.quality
        let dots = methods.compactMap { method -> ScatterChart.Dot? in
            guard let x = method.cost.map(cost), (1e-9..<1e18).contains(x), let estimate = method.metrics[metric],
                abs(estimate.value) <= 1
            else { return nil }
            let point = LineChart.Point(0, percentOf: estimate)
            return ScatterChart.Dot(
                name: method.name, x: x, y: point.y, interval: point.interval, isMarked: method.name == subject,
                isExtrapolated: isTime && method.cost?.isExtrapolated == true)
        }
        // Where all cost the same there is nothing to see.
        guard let least = dots.map(\.x).min(), let most = dots.map(\.x).max(), most > least * 1.01 else { return nil }
        let title = "\(metric.heading), against \(xLabel)"
        return ScatterChart(title: title, xLabel: xLabel, quantity: quantity, dots: dots).svg
    }

    /// The intervals of the methods of which a metric is known; nil when of fewer than two.
    private func intervals(_ metric: Metric) -> Markup? {
        let rows = methods.compactMap { method in
            metric.drawn(method.metrics[metric]).map {
                IntervalChart.Row(name: method.name, estimate: $0, isMarked: method.name == subject)
            }
        }
        guard rows.count >= 2 else { return nil }
        let line = metric.drawn(ceiling?.metrics[metric]).map { (name: ceiling?.name ?? "", x: $0.value) }
        return IntervalChart(title: metric.heading, rows: rows, reference: line).svg
    }
}

extension MethodParts {
    /// Comparisons in sentences.
    static func verdictSection(_ comparisons: [MethodComparison]) -> Markup {
        let lines: [Markup] = comparisons.map { comparison in
            let style =
                switch comparison.verdict {
                case .better: "yes"
                case .worse: "no"
                case .withinNoise: "noise"
                }
            return
                "<li><span class=\"badge \(style)\">\(comparison.verdict.rawValue)</span><span>\(comparison.sentence.replacing("p = ", with: "p\u{A0}=\u{A0}"))</span></li>\n"
        }
        return Page.section(
            "Comparisons",
            lead:
                "Each with the one that the others are compared with, user by user, by the means over seeds. A difference counts only if it is larger than the noise "
                + "between users (sign-flip test) and, where both have several seeds, between seeds (Welch's test); p is the larger of "
                + "both, after Holm's correction. The interval is over users.",
            lines.isEmpty ? "" : "<ul class=\"verdicts\">\n\(lines)</ul>")
    }
}
