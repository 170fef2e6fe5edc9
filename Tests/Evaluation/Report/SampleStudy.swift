import Foundation
import Metrics
import Report
import TestSupport

/// Studies of made-up values with every part, one of each kind.
enum SampleStudy {
    private static func makeCompare() throws -> StudyReport {
        let methods: [(name: String, skill: Double, seconds: Double?, trainable: Int, memory: Double, note: String)] = [
            ("iisan", 8.15, 22.4, 4_113_877, 3.11e9, ""), ("iisan-versa", 8.1, 14.9, 2_080_000, 1.62e9, "grouped layers"),
            ("iisan, text only, cached hidden states", 8.3, 12.1, 1_912_000, 1.31e9, ""),
            ("iisan, image only", 8.6, 11.8, 1_912_000, 1.3e9, ""),
            ("full", 8.17, 1612, 194_912_000, 46.76e9, "early stop with patience 3"),
            ("adapter", 8.18, 1391, 4_970_000, 40.1e9, "early stop with patience 3"),
            ("lora", 8.25, 1247, 830_000, 39.07e9, "rank 8 in every attention; early stop with patience 3"),
            ("bitfit", 8.4, 1190, 410_000, 38.2e9, "cost only"),
            ("frozen", 8.8, 9.7, 210_000, 0.91e9, "last hidden state and heads only"),
            ("popularity", 10.2, nil, 0, 0, "untrained; the same ten items for everybody"),
        ]
        var report = StudyReport(
            title: "Fine-tuning methods on a made-up shop", subtitle: "Shop-20K · 2000 users · sample values",
            layout: .comparison)
        var tables: [String: [RankTable]] = [:]
        for method in methods {
            let isLive = (method.seconds ?? 0) > 1000
            let seeds: [UInt64] = isLive || method.seconds == nil ? [42] : [42, 43, 44]
            let cost = method.seconds.map {
                SampleReport.cost(
                    $0, trainable: method.trainable, total: isLive ? 194_912_000 : method.trainable, memory: Int(method.memory),
                    store: isLive ? 0 : 826_000_000, measuredSteps: isLive ? 5 : nil)
            }
            var variant = StudyReport.Variant(name: method.name, cost: cost, note: method.note)
            variant.settings = [("train.method", method.name), ("train.seed", "42")]
            if method.name != "bitfit" {
                let ranks = seeds.map { run(seed: $0 + UInt64(method.skill * 1000), skill: method.skill) }
                tables[method.name] = ranks
                try measure(&variant, ranks, seeds)
            }
            if method.name.hasPrefix("iisan") {
                variant.gates = SampleReport.report().gates
                variant.shares = [("image", 0.31), ("text", 0.27), ("inter", 0.42)].map { .init(tower: $0, share: $1) }
            }
            report.variants.append(variant)
            for seed in seeds where method.seconds != nil {
                report.curves.append(curve(method.name, 0.09 - method.skill / 200, Double(seed % 40)))
            }
        }
        report.reference = "iisan"
        report.comparisons = MethodComparison.corrected(
            try methods.dropFirst().compactMap { method in
                try tables[method.name].map {
                    try MethodComparison(
                        method.name, $0, with: "iisan", tables["iisan"] ?? [], metric: .ndcg(10), resamples: 200, flips: 200)
                }
            })
        report.ceiling = .init(
            name: "the world's own probabilities", metrics: [.hitRate(10): Estimate(0.61), .ndcg(10): Estimate(0.41)])
        report.configuration = "study: compare\nbase: config.yaml\nseeds: [42, 43, 44]\n"
        report.environment = [("Machine", "NVIDIA H100, 16 cores"), ("Commit", "04d0e4f")]
        return report
    }

    private static func makeAblate() throws -> StudyReport {
        var report = StudyReport(title: "What the parts of IISAN are worth", layout: .comparison)
        let groups: [(String, [(String, Double)])] = [
            ("", [("base", 8.15)]), ("towers", [("intra only", 8.25), ("inter only", 8.32)]),
            ("kept layers", [("first half", 8.5), ("last half", 8.2), ("all", 8.15), ("last only", 8.6)]),
            ("gates", [("gates off", 8.22)]), ("bottleneck", [("16 wide", 8.4), ("128 wide", 8.13)]),
        ]
        let base = [1, 2, 3].map { run(seed: $0, skill: 8.15) }
        for (group, variants) in groups {
            for (name, skill) in variants {
                let ranks =
                    name == "base" ? base : (0..<3).map { run(seed: UInt64(skill * 1000) + $0, skill: skill) }
                var variant = StudyReport.Variant(
                    name: name, group: group,
                    cost: SampleReport.cost(skill * 2, trainable: 4_000_000, total: 4_000_000, memory: 2_000_000_000))
                try measure(&variant, ranks, [1, 2, 3])
                variant.breakdowns = []
                report.variants.append(variant)
                if name != "base" {
                    report.comparisons.append(
                        try MethodComparison(name, ranks, with: "base", base, metric: .ndcg(10), resamples: 200, flips: 200))
                }
            }
        }
        report.comparisons = MethodComparison.corrected(report.comparisons)
        report.reference = "base"
        return report
    }

    private static func makeScale() throws -> StudyReport {
        var report = StudyReport(title: "Larger encoders", layout: .sizes)
        let texts = [
            ("random weights, 4 layers", 4_400_000, 9.0), ("MiniLM-L6-v2", 22_700_000, 8.4),
            ("bert-base-uncased", 109_482_240, 8.2),
        ]
        let images = [("deit-tiny-patch16-224", 5_700_000, 0.2), ("vit-base-patch16-224-in21k", 86_400_000, 0.0)]
        for (text, textSize, skill) in texts {
            for (image, imageSize, loss) in images {
                var variant = StudyReport.Variant(
                    name: "\(text) + \(image)",
                    cost: SampleReport.cost(
                        10 + skill, trainable: 2_000_000, total: 2_000_000, memory: 1_000_000_000, store: 500_000_000))
                variant.encoders = .init(
                    text: .init(name: text, parameters: textSize), image: .init(name: image, parameters: imageSize))
                try measure(&variant, [run(seed: UInt64(textSize + imageSize), skill: skill + loss)], [42])
                variant.breakdowns = []
                report.variants.append(variant)
            }
        }
        return report
    }

    private static func makeRobustness() throws -> StudyReport {
        var report = StudyReport(title: "Titles and pictures that are missing or damaged", layout: .changes)
        var base = StudyReport.Variant(name: "unchanged")
        try measure(&base, [run(seed: 1, skill: 8.15)], [42])
        report.variants = [base]
        report.reference = "unchanged"
        for (name, loss) in [
            ("titles-missing", 1.2), ("titles-shuffled", 0.9), ("pictures-missing", 0.7), ("pictures-blurred", 0.3),
        ] {
            for rate in [0.1, 0.25, 0.5, 1] {
                var variant = StudyReport.Variant(name: "\(name) \(rate)", group: name)
                variant.change = .init(name: name, rate: rate)
                try measure(&variant, [run(seed: UInt64(rate * 100), skill: 8.15 + loss * rate)], [42])
                report.variants.append(variant)
            }
        }
        return report
    }

    private static func makeTune() -> StudyReport {
        var report = StudyReport(title: "Rate and width", layout: .search)
        var generator = SeededGenerator(seed: 3)
        for trial in 0..<12 {
            let validation = Double.random(in: 0.2..<0.3, using: &generator)
            let isBest = trial == 7
            var variant = StudyReport.Variant(
                name: "trial-\(trial + 1)",
                runs: [
                    .init(
                        seed: 42, test: isBest ? [.hitRate(10): Estimate(0.29), .ndcg(10): Estimate(0.16)] : [:],
                        validation: [.hitRate(10): Estimate(isBest ? 0.31 : validation), .ndcg(10): Estimate(0.1)])
                ],
                cost: SampleReport.cost(20, trainable: 2_000_000, total: 2_000_000, memory: 1_000_000_000))
            variant.settings = [
                ("train.rate", ["1e-4", "3e-4", "1e-3"][trial % 3]),
                ("train.side_networks.bottleneck", ["16", "32", "64", "128"][trial % 4]),
            ]
            report.variants.append(variant)
        }
        report.reference = "trial-8"
        return report
    }

    /// All of them, made once.
    static func all() throws -> [StudyReport] { try made.get() }

    private static let made = Result {
        [try makeCompare(), try makeAblate(), try makeScale(), try makeRobustness(), makeTune()]
    }

    static func compare() throws -> StudyReport { try all()[0] }
    static func ablate() throws -> StudyReport { try all()[1] }
    static func scale() throws -> StudyReport { try all()[2] }
    static func robustness() throws -> StudyReport { try all()[3] }
    static func tune() throws -> StudyReport { try all()[4] }

    private static func run(seed: UInt64, skill: Double) -> RankTable {
        SampleReport.ranks(seed: seed, skill: skill, users: 500)
    }

    private static func measure(_ variant: inout StudyReport.Variant, _ tables: [RankTable], _ seeds: [UInt64]) throws {
        func mean(_ metric: Metric, _ table: RankTable) -> Double {
            table.ranks.reduce(0) { $0 + metric.value(of: $1) } / Double(table.rows.count)
        }
        variant.runs = zip(tables, seeds).map { table, seed in
            .init(
                seed: seed, test: PerMetric(Metric.papers) { Estimate(mean($0, table)) },
                validation: PerMetric(Metric.papers) { Estimate(mean($0, table) + 0.01) },
                cost: variant.cost)
        }
        func estimate(_ metric: Metric) -> Estimate {
            let values = tables[0].rows.indices.map { user in
                tables.reduce(0) { $0 + metric.value(of: $1.rows[user].rank) } / Double(tables.count)
            }
            return Bootstrap.mean(of: values, resamples: 200)
        }
        variant.metrics = PerMetric(Metric.papers, estimate)
        variant.breakdowns = try [.historyLength, .targetPopularity].map { try Breakdown(of: tables, by: $0, resamples: 50) }
    }

    private static func curve(_ name: String, _ best: Double, _ phase: Double) -> RunReport.Curve {
        RunReport.Curve(
            name: name,
            epochs: (1...30).map { epoch in
                let t = Double(epoch)
                return .init(
                    epoch, loss: 2.1 + 4.3 * exp(-t / (4 + best * 60)) + 0.04 * cos(t + phase),
                    validation: [.hitRate(10): Estimate(best * 6 * (1 - exp(-t / 5)) + 0.003 * sin(t * 2.1 + phase))])
            })
    }
}
