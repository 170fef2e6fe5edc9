import Files
import Metrics
import Modeling
import Training

extension Configuration {
    /// Checks that the settings make sense, whatever the files are that they name.
    ///
    /// A model that cannot be built is no reason to refuse what does not build one; it is named here beside other settings only.
    ///
    /// - Throws: ``UserError`` that names every such setting.
    package func check() throws {
        if !problemsOfAnyWork().all.isEmpty { try problems().check() }
    }

    /// All settings that make no sense, whatever the files are that they name.
    func problems() -> Problems {
        var problems = problemsOfAnyWork()
        problems.add(train.model.problems(), below: "train")
        let (count, dropout) = (readModalities.count, train.model.modalityDropout)
        problems.require(
            count < 3 || dropout <= 1 / Double(count) || dropout > 0.5,
            "is \(dropout), expected 0 to 1/\(count), as an item loses at most one of \(count) modalities",
            at: "train.modality_dropout")
        return problems
    }

    private func problemsOfAnyWork() -> Problems {
        var problems = Problems()
        problems.add(data.split.problems(), below: "data.split")
        problems.add(train.training.problems(), below: "train")
        problems.add(train.score.problems(for: train.model.method), below: "train.score")
        problems.add(all: modalityProblems())
        problems.add(serve.problems(), below: "serve")
        if let cache = encode.cache { problems.add(cache.problems(), below: "encode.cache") }
        if let captions = encode.captions { problems.add(captions.problems(), below: "encode.captions") }
        problems.require((0...1024).contains(threads), "is \(threads), expected 0 to 1024", at: "threads")
        let cutoffs = evaluate.cutoffs
        problems.require(
            !cutoffs.isEmpty && cutoffs.count <= 100 && cutoffs.allSatisfy { (1...1_000_000_000).contains($0) },
            "is \(cutoffs.prefix(100)), expected 1 to 100 list lengths of at least 1", at: "evaluate.cutoffs",
            remedy: "Write them as [5, 10, 20].")
        problems.require(
            train.selectedBy.isOfRanks, "is \(train.selectedBy.name), which needs the lists of all users after every epoch",
            at: "train.select_by", remedy: "Name a metric of the target's rank, as HR@10, NDCG@10 or MRR.")
        if let metrics = evaluate.metrics {
            problems.require(
                !metrics.isEmpty && metrics.count <= 100 && Set(metrics).count == metrics.count,
                "is [\(metrics.prefix(100).map(\.name).joined(separator: ", "))], expected 1 to 100 different metrics",
                at: "evaluate.metrics", remedy: "Write them as [HR@10, NDCG@10, MRR].")
            for metric in metrics where !metric.isOfRanks {
                problems.require(
                    metric.cutoff.map { $0 <= 1000 } ?? false, "\(metric.name) is of lists of more than 1000 items",
                    at: "evaluate.metrics", remedy: "Lists of all users are kept in memory: name a shorter one.")
            }
        }
        problems.require(
            (0...10_000).contains(evaluate.examples), "is \(evaluate.examples), expected 0 to 10000", at: "evaluate.examples")
        return problems
    }
}
