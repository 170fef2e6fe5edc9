import Foundation
import Metrics
import Report
import TestSupport

/// A report of made-up values with every part.
enum SampleReport {
    static func report(pictures: [Data] = []) -> RunReport {
        var report = RunReport(
            title: "IISAN on a made-up shop", subtitle: "Shop-20K · 19,220 items · 50,000 users · one H100 · sample values")
        func interval(_ value: Double) -> Estimate { Estimate(value, low: value - 0.0021, high: value + 0.0022) }
        report.methods = [
            .init(
                name: "Full fine-tuning", metrics: [.hitRate(10): interval(0.0872), .ndcg(10): interval(0.0474)],
                cost: cost(1612, trainable: 195_000_000, total: 195_000_000, memory: 46_760_000_000, measuredSteps: 20),
                note: "both encoders live"),
            .init(
                name: "LoRA", metrics: [.hitRate(10): interval(0.0821), .ndcg(10): interval(0.0451)],
                cost: cost(1247, trainable: 860_000, total: 195_860_000, memory: 39_070_000_000),
                note: "rank 8 in every attention"),
            .init(
                name: "IISAN", metrics: [.hitRate(10): interval(0.0901), .ndcg(10): interval(0.0492)],
                cost: cost(22.4, trainable: 4_370_000, total: 4_370_000, memory: 3_110_000_000, store: 826_000_000),
                note: "cached hidden states"),
            .init(
                name: "IISAN-Versa", metrics: [.hitRate(10): interval(0.0913), .ndcg(10): interval(0.0503)],
                cost: cost(14.9, trainable: 2_080_000, total: 2_080_000, memory: 1_620_000_000, store: 413_000_000),
                note: "cached hidden states, grouped layers"),
            .init(
                name: "Popularity", metrics: [.hitRate(10): interval(0.0123), .ndcg(10): interval(0.0061)],
                note: "untrained; the same ten items for everybody"),
        ]
        report.subject = "IISAN-Versa"
        report.ceiling = .init(name: "Ceiling", metrics: [.hitRate(10): Estimate(0.142), .ndcg(10): Estimate(0.081)])
        report.curves = [("IISAN-Versa", 0.0913, 30), ("IISAN", 0.0901, 36), ("LoRA", 0.0821, 24)].map { name, best, epochs in
            RunReport.Curve(
                name: name,
                epochs: (1...epochs).map { epoch in
                    let t = Double(epoch)
                    let hitRate = best * (1 - exp(-t / 5)) - max(0, t - 20) * 0.0004 + 0.0009 * sin(t * 2.1)
                    return .init(
                        epoch, loss: 2.1 + 4.3 * exp(-t / (4 + best * 30)) + 0.04 * cos(t),
                        validation: [.hitRate(10): Estimate(hitRate)])
                })
        }
        let layers = ["0", "2", "4", "6", "8", "10", "12"]
        report.gates = .init(towers: [
            .init(name: "text", layers: layers, values: [0.5, 0.31, 0.44, 0.62, 0.58, 0.81, 0.93]),
            .init(name: "image", layers: layers, values: [0.5, 0.12, 0.27, 0.36, 0.69, 0.74, 0.88]),
            .init(name: "inter", layers: layers.map { "\($0) | \($0)" }, values: [0.48, 0.55, 0.39, 0.41, 0.22, 0.35, 0.18]),
        ])
        report.shares = [("image", 0.31), ("text", 0.27), ("inter", 0.46), ("id", -0.04)].map { .init(tower: $0, share: $1) }
        let table = ranks()
        report.breakdowns = [.historyLength, .targetPopularity].compactMap { try? Breakdown(of: [table], by: $0) }
        report.card = card(of: table)
        report.examples = examples(pictures)
        report.configuration =
            "train:\n  method: versa\n  batch: 64\n  rate: 2e-4\n  epochs: 100\nencode:\n  text: bert-base-uncased\n"
        report.environment = [("Machine", "NVIDIA H100, 16 cores"), ("Precision", "bfloat16"), ("Seed", "1")]
        return report
    }

    static func cost(
        _ seconds: Double, trainable: Int, total: Int, memory: Int, store: Int = 0, measuredSteps: Int? = nil
    ) -> RunCost {
        var cost = RunCost(
            secondsPerEpoch: seconds, stepsPerEpoch: 782, epochs: measuredSteps == nil ? 30 : 0, trainableParameters: trainable,
            totalParameters: total, peakMemory: memory, storeBytes: store, encodingSeconds: store == 0 ? nil : 214)
        cost.isExtrapolated = measuredSteps != nil
        cost.measuredSteps = measuredSteps
        return cost
    }

    /// Ranks of users, better for long histories and popular targets.
    static func ranks(seed: UInt64 = 71, skill: Double = 9, users: Int = 2000) -> RankTable {
        var generator = SeededGenerator(seed: 71)
        var noise = SeededGenerator(seed: seed)
        return RankTable(
            (0..<users).map { user in
                let history = 3 + Int(exp(Double.random(in: 0..<4, using: &generator)))
                let count = user % 25 == 0 ? 0 : Int(exp(Double.random(in: 0..<8, using: &generator)))
                let spread = skill - log(Double(history)) / 4 - log(Double(count + 1)) / 3
                return .init(
                    user: user, target: user,
                    rank: TargetRank(
                        rank: Int(exp(Double.random(in: 0..<max(1, spread), using: &noise))), ties: user % 400 == 0 ? 1 : 0,
                        isReachable: user != 3, isCold: count == 0), historyLength: history, targetCount: count)
            })
    }

    static func card(of table: RankTable) -> EvaluationCard {
        EvaluationCard(
            of: table.ranks,
            procedure: .init(
                split: "test", splitRule: "leave one out: the last interaction of each user with at least 5", historyKept: 10,
                maskingRule: "the user's own earlier items", tieRule: "against us: tied items rank before the target",
                catalogueSize: 19_220, datasetHash: "3f5a0c2be7d94f68a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"))
    }

    private static func examples(_ pictures: [Data]) -> [RunReport.Example] {
        let titles = [
            "Red enamel kettle, 2 litres", "Walnut chopping board", "Linen apron",
            "How to season a cast-iron pan in ten minutes",
            "Espresso cups, set of six", "高山茶 spring harvest", "Copper saucepan with lid", "Bread knife", "Pour-over stand",
            "Tea towel",
            "Oak spice rack for the wall", "Stoneware bowl", "Milk frother", "Garlic press", "Enamel bread bin",
        ]
        func item(_ index: Int) -> RunReport.Example.Item {
            .init(
                title: titles[index % titles.count],
                picture: index % 7 == 5 || pictures.isEmpty ? nil : pictures[index % pictures.count])
        }
        return (0..<3).map { user in
            .init(
                user: "user \(4711 + user)", history: (0..<(10 - user * 3)).map { item(user * 11 + $0) },
                target: item(user * 5 + 3),
                recommendations: (0..<10).map { place in
                    .init(
                        item(user * 13 + place + 20), score: 9.13 - Double(place) * 0.37, isHit: user < 2 && place == user * 3)
                })
        }
    }
}
