import Datasets
import Ranking
import Files
package import Foundation
import HiddenStates
import Owned
package import Metrics
import Pictures
import Report
import Serving
package import Training

extension Pipeline {
    /// Draws the run: `report.html`, `curves.svg`, `table.md`, `table.csv`.
    ///
    /// - Parameters:
    ///   - others: runs that are beside it in table and curves, and are compared with it over the users.
    ///   - weights: of time, parameters and memory in TPME.
    ///   - folder: where the files go; nil for the run's folder.
    /// - Returns: the page.
    /// - Throws: ``UserError`` when a run is not evaluated, or is of another dataset, or the folder holds something else.
    @discardableResult
    package func report(
        beside others: [RunDirectory] = [], weights: TPME.Weights = .init(time: 0.45, parameters: 0.10, memory: 0.45),
        to folder: URL? = nil
    ) throws -> URL {
        // A report that goes elsewhere only reads the run.
        if let folder {
            try checkReportFolder(folder)
            return try draw(beside: others, weights: weights, to: folder)
        }
        return try writingRun { _ in try draw(beside: others, weights: weights, to: folder) }
    }

    /// Refuses a folder whose files would be replaced, or one of ours, which is recognised by its files.
    private func checkReportFolder(_ folder: URL) throws {
        let place = try FolderPlace.resolved(folder)
        if try place.path == FolderPlace.resolved(run.folder).path { return }
        let remedy = "Name a folder for the report that is empty or not there yet; nothing was written."
        if let kind = FolderKind.allCases.first(where: { $0 != .checkpoint && $0.isMarked(place) }) {
            throw UserError("is \(kind.shown), and a report would lie among its files", at: folder.path, remedy: remedy)
        }
        let foreign = RunReport.foreignFiles(in: place)
        guard foreign.isEmpty else {
            throw UserError(
                "holds files that the report would replace: \(foreign.joined(separator: ", "))", at: folder.path, remedy: remedy
            )
        }
    }

    private func draw(beside others: [RunDirectory], weights: TPME.Weights, to folder: URL?) throws -> URL {
        let dataset = try dataset()
        try checkRun(dataset)
        let result = try Self.result(of: run)
        let environment = try JSONFile.read(RunEnvironment.self, from: run.environment)
        var report = RunReport(
            title: "\(run.folder.lastPathComponent): \(result.method) on \(dataset.manifest.name)",
            subtitle:
                "\(dataset.userCount) users, \(dataset.items.count) items, \(dataset.manifest.interactions) interactions; "
                + environment.time)
        report.ceiling = try ceiling()
        for (index, run) in ([run] + others).enumerated() {
            try observer.stop.check()
            let result = try Self.result(of: run)
            guard result.datasetHash == dataset.manifest.contentHash else {
                throw UserError(
                    "is a run on another dataset than \(self.run.folder.path)", at: run.folder.path,
                    remedy: "Runs can be compared on one dataset only.")
            }
            let name = run.folder.lastPathComponent
            if index == 0 { report.subject = name }
            report.methods.append(try row(name, result, run))
            if let curve = try Self.curve(name, run) { report.curves.append(curve) }
        }
        report.tpmeWeights = weights
        report.comparisons = try comparisons(with: others)
        report.gates = try gates(result)
        report.shares = result.shares
        report.leads = result.leads ?? []
        report.score = result.score
        report.breakdowns = try breakdowns()
        report.card = result.test
        report.examples = try examples(dataset)
        report.configuration = try String(contentsOf: run.configuration, encoding: .utf8)
        report.environment = environment.rows
        let folder = folder ?? run.folder
        try Folder.make(folder)
        try report.write(to: folder)
        return folder.appending(path: "report.html")
    }

    private static func result(of run: RunDirectory) throws -> RunResult {
        guard FileManager.default.fileExists(atPath: run.result.path) else {
            throw UserError(
                "has no result yet", at: run.folder.path, remedy: "Evaluate it first: iisan evaluate \(run.folder.path).")
        }
        return try RunResult.read(from: run.result)
    }

    private func row(_ name: String, _ result: RunResult, _ run: RunDirectory) throws -> RunReport.Method {
        let metrics = configuration.evaluate.tableMetrics
        var found = MetricEstimates()
        if let card = result.test?.all {
            // The card was asked for others, the ranks can still tell those of ranks.
            let missing = metrics.filter { $0.isOfRanks && card[$0] == nil }
            let more = missing.isEmpty ? nil : RankingSummary(of: try RankTable(run.ranks(.test)).ranks, metrics: missing)
            found = MetricEstimates(metrics) { card[$0] ?? more?[$0] }
        }
        return RunReport.Method(
            name: name, metrics: found, cost: result.cost,
            note: [result.method, result.bestEpoch.map { "epoch \($0)" }].compactMap { $0 }.joined(separator: ", "))
    }

    static func curve(_ name: String, _ run: RunDirectory) throws -> RunReport.Curve? {
        guard FileManager.default.fileExists(atPath: run.events.path) else { return nil }
        return RunReport.Curve(
            name: name, epochs: try run.readEvents().map { .init($0.epoch, loss: $0.loss, validation: $0.validation.metrics) })
    }

    /// The other runs against this one, on the test targets.
    private func comparisons(with others: [RunDirectory]) throws -> [MethodComparison] {
        func ranks(_ run: RunDirectory) throws -> RankTable? {
            FileManager.default.fileExists(atPath: run.ranks(.test).path) ? try RankTable(run.ranks(.test)) : nil
        }
        guard let own = try ranks(run) else { return [] }
        var family: [MethodComparison] = []
        for metric in configuration.evaluate.tableMetrics where metric.isOfRanks {
            for other in others {
                guard let theirs = try ranks(other) else { continue }
                family.append(
                    try MethodComparison(
                        other.folder.lastPathComponent, [theirs], with: run.folder.lastPathComponent, [own], metric: metric))
            }
        }
        return MethodComparison.corrected(family)
    }

    /// The run's test ranks by groups of users; none where it has only measured its cost.
    private func breakdowns() throws -> [Breakdown] {
        guard FileManager.default.fileExists(atPath: run.ranks(.test).path) else { return [] }
        let table = try RankTable(run.ranks(.test))
        let breakdowns = try [.historyLength, .targetPopularity].map {
            try Breakdown(of: [table], by: $0, metrics: configuration.evaluate.tableMetrics, stop: observer.stop)
        }
        try observer.stop.check()
        return breakdowns
    }

    /// The known best; nil where no file is named.
    private func ceiling() throws -> RunReport.Ceiling? {
        try configuration.evaluate.knownCeiling().map {
            RunReport.Ceiling(name: "the world's own probabilities", metrics: $0.metrics)
        }
    }

    /// The gates with the encoder's layers that they are at.
    private func gates(_ result: RunResult) throws -> RunReport.Gates? {
        guard !result.gates.isEmpty else { return nil }
        return RunReport.Gates(result.gates, layers: try configuration.storedLayers(kept: true))
    }
}

extension Pipeline {
    /// The longer side of an example's picture, in pixels.
    private static let pictureSide = 200

    /// Users at even distances over the test targets, not chosen by how well they turned out.
    func examples(_ dataset: Dataset) throws -> [RunReport.Example] {
        let count = configuration.evaluate.examples
        guard configuration.train.scoreKinds != [.popularity], count > 0 else { return [] }
        let cases = try split(of: dataset).evaluation(.test)
        let shown = (0..<min(count, cases.count)).map { cases[$0 * cases.count / min(count, cases.count)] }
        let lists = try served().recommend(shown.map { Array($0.history) }, top: 10)
        return try zip(shown, lists).map { question, list in
            try observer.stop.check()
            return RunReport.Example(
                user: "user \(dataset.userID(question.user))",
                history: question.history.suffix(configuration.data.split.inputLength).map { item(Int($0), dataset) },
                target: item(Int(question.target), dataset),
                recommendations: list.map {
                    .init(item($0.item, dataset), score: Double($0.score), isHit: $0.item == Int(question.target))
                })
        }
    }

    private func item(_ index: Int, _ dataset: Dataset) -> RunReport.Example.Item {
        let item = dataset.items[index]
        return .init(title: item.title ?? item.id, picture: item.picture.flatMap(Self.thumbnail))
    }

    /// A small JPEG; nil for a picture that cannot be read, whose place the title then takes.
    static func thumbnail(_ file: URL) -> Data? {
        guard let picture = try? Picture(file: file) else { return nil }
        let scale = min(1, Double(pictureSide) / Double(max(picture.width, picture.height)))
        let width = max(1, Int((Double(picture.width) * scale).rounded()))
        let height = max(1, Int((Double(picture.height) * scale).rounded()))
        return try? picture.resized(width: width, height: height).jpeg(quality: 85)
    }
}
