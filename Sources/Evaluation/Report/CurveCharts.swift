package import Metrics

/// The learning curves of one run or of many.
struct CurveCharts {
    var curves: [RunReport.Curve]

    /// The curves as one SVG file; nil when there are none.
    func file(title: String) -> String? {
        let charts = charts
        guard !charts.isEmpty else { return nil }
        let gap = 44.0
        let margin = 24.0
        let width = Double(charts.count) * LineChart.width + Double(charts.count - 1) * gap
        let height = charts.map(\.height).max() ?? 0
        let drawn: [Markup] = charts.enumerated().map { $1.svg(x: Double($0) * (LineChart.width + gap)) }
        let style = Markup(stringLiteral: ChartStyle.colours + "\n" + ChartStyle.chart)
        let file: Markup = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width + 2 * margin)" height="\(height + 2 * margin)" \
            viewBox="\(-margin) \(-margin) \(width + 2 * margin) \(height + 2 * margin)">
            <title>\(title): learning curves</title>
            <style>
            \(style)
            </style>
            <rect x="\(-margin)" y="\(-margin)" width="\(width + 2 * margin)" height="\(height + 2 * margin)" fill="var(--panel)"/>
            \(drawn)
            </svg>

            """
        return file.text
    }

    /// The curves as a section.
    var section: Markup {
        Page.section(
            "Learning curves",
            lead:
                "Training loss and \(metric.name) on the validation targets after each epoch; the dot is a run's best epoch.",
            Page.charts(charts.map { $0.svg() }))
    }

    /// The metric that decides which epoch of the first curve is best.
    private var metric: Metric {
        curves.lazy.flatMap(\.epochs).compactMap { $0.validation.metrics.first }.first ?? .hitRate(10)
    }

    private var charts: [LineChart] {
        func points(_ value: (RunReport.Curve.Epoch) -> Double?) -> [LineChart.Series] {
            curves.map { curve in
                LineChart.Series(
                    name: curve.name,
                    points: curve.epochs.compactMap { epoch in value(epoch).map { .init(Double(epoch.number), $0) } })
            }
        }
        let loss = points(\.loss)
        let metric = metric
        let validation = points { $0.validation[metric].map { $0.value * metric.unit.scale } }
        var charts: [LineChart] = []
        if loss.contains(where: { !$0.points.isEmpty }) {
            charts.append(LineChart(title: "Training loss", xLabel: "epoch", series: loss))
        }
        if validation.contains(where: { !$0.points.isEmpty }) {
            charts.append(
                LineChart(title: "Validation \(metric.heading)", xLabel: "epoch", series: validation, marksHighest: true))
        }
        return charts
    }
}

extension RunReport {
    /// The learning curve of one run.
    package struct Curve: Sendable {
        /// One epoch; what was not measured is nil.
        package struct Epoch: Sendable {
            /// The epoch's number.
            package var number: Int
            /// Mean training loss.
            package var loss: Double?
            /// The metrics on the validation targets; the first decides which epoch is best.
            package var validation: MetricEstimates

            /// Describes an epoch.
            package init(_ number: Int, loss: Double? = nil, validation: MetricEstimates = [:]) {
                self.number = number
                self.loss = loss
                self.validation = validation
            }
        }

        /// The run's name.
        package var name: String
        /// The epochs in order.
        package var epochs: [Epoch]

        /// Describes a curve.
        package init(name: String, epochs: [Epoch]) {
            self.name = name
            self.epochs = epochs
        }
    }
}
