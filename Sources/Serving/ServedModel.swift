import FoundationEssentials
public import Datasets
package import Ranking
public import Files
public import Modeling
public import Torch

/// A trained recommender that answers: which items after this history?
///
/// Users are their histories; no user id is ever needed. Answers are exact: those that scoring every item would give, equal scores in the
/// order of the catalogue. Not `Sendable`, as tensors are not.
public final class ServedModel {
    /// What the items are.
    package let dataset: Dataset
    /// What ranks.
    package let score: Score
    /// How many of a history's newest items are seen.
    package let positions: Int
    /// The items as they are searched; copied from the score's by the first question.
    private var search: ExactSearch?

    /// Computes the vectors of the catalogue once.
    ///
    /// - Parameter stop: looked at between blocks of items.
    /// - Throws: ``UserError`` when the device runs out of memory; `CancellationError` when told to stop.
    public convenience init(
        _ recommender: Recommender, dataset: Dataset, split: Split, stop: StopToken = StopToken()
    ) throws {
        let vectors = try Evaluator(split, stop: stop).itemVectors(recommender)
        self.init(recommender, itemVectors: vectors, dataset: dataset)
    }

    /// Takes vectors of the catalogue that are computed already: [items, width].
    public convenience init(_ recommender: Recommender, itemVectors: Tensor, dataset: Dataset) {
        self.init(
            Score(recommender, itemVectors: itemVectors), positions: recommender.userEncoder.positions, dataset: dataset)
    }

    /// Ranks by a score.
    ///
    /// - Parameter positions: how many of a history's newest items are seen.
    package init(_ score: Score, positions: Int, dataset: Dataset) {
        self.score = score
        self.positions = positions
        self.dataset = dataset
    }

    /// Ranks by what a file keeps.
    package convenience init(_ catalogue: ServedCatalogue, dataset: Dataset) {
        self.init(catalogue.score, positions: catalogue.positions, dataset: dataset)
        search = catalogue.search
    }

    /// The best items for histories of item ids.
    ///
    /// - Parameters:
    ///   - histories: ids, oldest first; the newest that fit the user encoder are seen.
    ///   - top: how many items per history.
    ///   - keepingSeen: whether items of the history may be recommended again; not by default.
    /// - Throws: ``UserError`` for an empty history, for an id that the dataset does not have, and when memory runs out.
    public func recommend(_ histories: [[String]], top: Int = 10, keepingSeen: Bool = false) throws -> [[Recommendation]] {
        try recommend(histories.map(indices), top: top, keepingSeen: keepingSeen).map { list in
            list.enumerated().map { place, found in
                let item = dataset.items[found.item]
                return Recommendation(rank: place + 1, item: item.id, title: item.title, score: found.score)
            }
        }
    }

    /// The best items for histories of catalogue indices, each list in falling order of score.
    public func recommend(
        _ histories: [[Int32]], top: Int, keepingSeen: Bool = false
    ) throws -> [[(item: Int, score: Float)]] {
        guard top >= 1 else { throw UserError("\(top) items are asked for", remedy: "Ask for at least 1.") }
        guard !histories.isEmpty else { return [] }
        let batch = EvaluationBatch(histories: histories, inputLength: positions)
        let questions = try score.questions(of: batch, skippingSeen: !keepingSeen)
        return try opened().best(top, for: questions).lists.map { list in list.map { ($0.row, Float($0.score)) } }
    }

    /// Makes ready for many questions: the items' codes, a quarter of the memory of their vectors, answer each in a fraction of the time.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    package func prepare() throws { search = try opened().coded() }

    /// The items as they are searched.
    package func opened() throws -> ExactSearch {
        if let search { return search }
        let made = try withTensorErrors { try withoutGradients { try ExactSearch(score.items) } }
        search = made
        return made
    }

    /// The catalogue indices of the items of a history.
    ///
    /// - Throws: ``UserError`` for an empty history and for an id that the dataset does not have.
    package func indices(_ ids: [String]) throws -> [Int32] {
        guard !ids.isEmpty else {
            throw UserError("the history is empty", remedy: "Give at least one item: --history a,b,c.")
        }
        return try ids.map { id in
            guard let index = dataset.itemIndex(of: id) else {
                throw UserError(
                    "the dataset has no item \(id.quoted)", at: dataset.folder.path,
                    remedy: Suggestion.nearest(to: id, in: dataset.items.prefix(100_000).map(\.id)).map {
                        "Did you mean \($0.quoted)?"
                    }
                        ?? "Use the ids of the dataset's items.jsonl.")
            }
            return Int32(index)
        }
    }
}

/// One recommended item.
public struct Recommendation: Sendable, Codable, Equatable {
    /// Its place, from 1.
    public var rank: Int
    /// The item's id in the dataset.
    public var item: String
    /// Its title; nil where it has none.
    public var title: String?
    /// What the list is ranked by, the sum of the run's parts: comparable within one list only.
    public var score: Float
}
