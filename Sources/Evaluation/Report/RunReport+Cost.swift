import Foundation
import Metrics

extension RunReport {
    /// TPME of the methods whose cost is known in full; empty when fewer than two are.
    public var efficiency: [TPME.Value] {
        let costs = methods.compactMap { method -> TPME.Cost? in
            guard let seconds = method.secondsPerEpoch, let parameters = method.trainableParameters,
                let memory = method.peakMemory
            else { return nil }
            return TPME.Cost(method: method.name, secondsPerEpoch: seconds, trainableParameters: parameters, peakMemory: memory)
        }
        return costs.count < 2 ? [] : (try? TPME.values(of: costs)) ?? []
    }

    /// Bars of each cost, and TPME.
    var costSection: Markup {
        let efficiency = efficiency
        let charts = [
            barChart("Training time per epoch", methods.map { ($0.name, $0.secondsPerEpoch) }, NumberText.seconds),
            barChart("Peak memory", methods.map { ($0.name, $0.peakMemory.map(Double.init)) }) { NumberText.bytes(Int($0)) },
            barChart("Trainable parameters", methods.map { ($0.name, $0.trainableParameters.map(Double.init)) }) {
                NumberText.count(Int($0))
            },
            barChart("TPME, lower is better", efficiency.map { ($0.method, $0.value) }) { String(format: "%.3f", $0) },
        ].compactMap { $0 }
        guard !charts.isEmpty else { return "" }
        let lead =
            efficiency.isEmpty
            ? "What training costs, on linear scales."
            : "What training costs, on linear scales. TPME is 0.45 time + 0.10 parameters + 0.45 memory, each from 0 (least) to 1 (most) "
                + "over these methods."
        return Self.section("Cost of training", lead: lead, "<div class=\"charts\">\(charts)</div>")
    }

    /// A bar chart of the known values; nil when fewer than two are known.
    private func barChart(_ title: String, _ values: [(name: String, value: Double?)], _ text: @escaping (Double) -> String)
        -> Markup?
    {
        let bars = values.compactMap { bar -> BarChart.Bar? in
            guard let value = bar.value, value.isFinite, value >= 0, value < 1e18 else { return nil }
            return BarChart.Bar(name: bar.name, value: value, text: text(value), isMarked: bar.name == subject)
        }
        return bars.count < 2 ? nil : BarChart(title: title, bars: bars).svg
    }
}
