import Foundation
import Metrics

/// What reports of runs and of studies draw alike of their methods: cells of cost, bars, quality against cost.
struct MethodParts {
    var methods: [RunReport.Method]
    /// The method that is marked.
    var subject: String?
    var ceiling: RunReport.Ceiling?
    var weights = TPME.Weights()

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

    /// The places of the greatest value; none where all that are known are equal.
    static func best(_ values: [Double?]) -> Set<Int> {
        let known = values.compactMap { $0 }.filter(\.isFinite)
        guard let most = known.max(), let least = known.min(), most > least else { return [] }
        return Set(values.indices.filter { values[$0] == most })
    }
}
