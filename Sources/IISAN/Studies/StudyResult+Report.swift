import Files
import Foundation
package import Metrics
import Report
import Training

extension StudyResult {
    /// The study as a page shows it.
    ///
    /// - Parameters:
    ///   - file: the study's file, whose name is the heading.
    ///   - folder: where its runs are, for their learning curves.
    /// - Throws: ``UserError`` when a run's events are damaged.
    func report(_ file: URL, in folder: URL) throws -> StudyReport {
        var report = StudyReport(
            title: "\(file.deletingPathExtension().lastPathComponent)\(dataset.map { " on \($0)" } ?? "")",
            subtitle: environment.map { "\($0.processor), \($0.cores) cores; \($0.time)" } ?? "",
            layout: kind.study.layout)
        report.reference = kind.study.isSearch ? chosen : reference
        report.comparisons = comparisons
        report.ceiling = ceiling.map { RunReport.Ceiling(name: "the world's own probabilities", metrics: $0.metrics) }
        report.selectedBy = selecting
        report.tpmeWeights = weights
        report.configuration = try Configuration.text(of: file)
        report.environment = environment?.rows ?? []
        report.variants = variants.map(\.shown)
        // A study of changes shows a run that was trained before.
        if kind.study.layout != .changes {
            report.curves = try variants.flatMap { variant in
                try variant.runs.compactMap {
                    try Pipeline.curve(variant.name, RunDirectory(folder.appending(path: $0.folder)))
                }
            }
        }
        return report
    }
}

extension StudyResult.Variant {
    /// The variant as a page shows it.
    fileprivate var shown: StudyReport.Variant {
        let failed = failures.map { "\($0.run) failed: \($0.reason)" }
        var shown = StudyReport.Variant(
            name: name, group: axis ?? "",
            runs: runs.map { .init(seed: $0.seed, test: $0.test, validation: $0.validation, cost: $0.cost) },
            metrics: ranking?.users ?? [:], cost: cost,
            note: ([note].compactMap { $0 } + failed).joined(separator: "; "))
        shown.settings = settings.map { override in
            let key = SettingOverrides.key(of: override)
            return (key, String(override.dropFirst(key.count + 1)))
        }
        let gates = runs.compactMap { run in
            run.gates.isEmpty ? nil : RunReport.Gates(run.gates, layers: layers ?? [:])
        }
        shown.gates = RunReport.Gates(meanOf: gates)
        shown.shares = meanShares
        shown.breakdowns = ranking?.breakdowns ?? []
        if let text = encoders?.first(where: { $0.modality == .text }),
            let image = encoders?.first(where: { $0.modality == .image })
        {
            shown.encoders = .init(
                text: .init(name: text.name, parameters: text.parameters),
                image: .init(name: image.name, parameters: image.parameters))
        }
        shown.change = change.map { .init(name: $0.name, rate: $0.rate) }
        return shown
    }

    /// The towers' shares, the means over seeds.
    private var meanShares: [RunResult.TowerShare] {
        let all = runs.map(\.shares).filter { !$0.isEmpty }
        guard let first = all.first, all.allSatisfy({ $0.map(\.tower) == first.map(\.tower) }) else { return [] }
        return first.indices.map { place in
            .init(tower: first[place].tower, share: all.reduce(0) { $0 + $1[place].share } / Double(all.count))
        }
    }
}

extension RunReport.Gates {
    /// Gates with the encoders' layers that their blocks are at, or the blocks' numbers where those are not known.
    init(_ towers: [RunResult.TowerGates], layers: PerModality<[Int]>) {
        self.init(
            towers: towers.map { gates in
                let count = gates.values.count
                // The inter tower reads the last layers of every modality, a tower within one its own.
                let isInter = gates.tower == "inter" || gates.tower.hasPrefix("inter, ")
                let own = layers.inFusionOrder.filter { isInter || $0.modality.name == gates.tower }
                let read = own.map { $0.value.suffix(count).map(String.init) }
                let isKnown = !read.isEmpty && read.allSatisfy { $0.count == count }
                let names = isKnown ? (0..<count).map { place in read.map { $0[place] }.joined(separator: " | ") } : nil
                return Tower(
                    name: gates.tower, layers: names ?? (1...max(1, count)).prefix(count).map(String.init),
                    values: gates.values.map(Double.init))
            })
    }
}

extension StudyResult.Ranking {
    /// Sums up the runs of a variant.
    ///
    /// - Parameters:
    ///   - tables: one per seed, of the same users; at least one.
    ///   - metrics: what is asked for.
    ///   - cards: one per seed, for metrics of lists; without, these are left out.
    ///   - isBrokenDown: whether groups of users are distinguished.
    /// - Throws: ``UserError`` when the tables are not of the same users and targets.
    package init(
        of tables: [RankTable], _ metrics: [Metric] = Metric.papers, cards: [EvaluationCard] = [], isBrokenDown: Bool = true
    ) throws {
        breakdowns =
            !isBrokenDown
            ? [] : try [.historyLength, .targetPopularity].map { try Breakdown(of: tables, by: $0, metrics: metrics) }
        let all = Array(tables[0].rows.indices)
        let ofRanks = metrics.filter(\.isOfRanks)
        // A seed whose card was not asked for a metric leaves nothing to average.
        let cards = cards.count == tables.count ? cards : []
        seeds = PerMetric(metrics) { metric in
            if metric.isOfRanks { return SeedSummary(tables.map { metric.mean(of: $0.ranks) }) }
            let values = cards.compactMap { $0.all[metric]?.value }
            return values.count == tables.count ? SeedSummary(values) : nil
        }
        let seeds = seeds
        users = MetricEstimates(metrics) { metric in
            if metric.isOfRanks { return Self.estimate(metric, tables, all) }
            return cards.count == 1 ? cards[0].all[metric] : seeds[metric].map { Estimate($0.mean.value) }
        }
        func group(isCold: Bool) -> StudyResult.Group {
            let users = all.filter { tables[0].rows[$0].rank.isCold == isCold }
            guard !users.isEmpty else { return StudyResult.Group(users: 0) }
            return StudyResult.Group(
                users: users.count, metrics: MetricEstimates(ofRanks) { Self.estimate($0, tables, users) })
        }
        warm = group(isCold: false)
        cold = group(isCold: true)
        tiedTargets = tables.reduce(0) { $0 + Double($1.rows.count { $0.rank.ties > 0 }) } / Double(tables.count)
    }

    /// The mean over seeds and users, with the bootstrap's interval over users.
    private static func estimate(_ metric: Metric, _ tables: [RankTable], _ users: [Int]) -> Estimate {
        Bootstrap.mean(of: metric.means(of: tables.map { table in users.map { table.rows[$0].rank } }))
    }
}
