public import Datasets
package import Files
import FoundationEssentials
import Metrics
public import Modeling
package import Ranking
public import Torch

/// A trained recommender that answers: which items after this history?
///
/// Users are their histories; no user id is ever needed. Answers are exact: those that scoring every item would give, equal scores in the
/// order of the catalogue. Not `Sendable`, as tensors are not.
public final class ServedModel {
    /// What it is called in answers.
    package let name: String
    package let score: Score
    /// How many of a history's newest items are seen.
    package let positions: Int
    /// The share of the training interactions of each of the dataset's items, which an empty history is answered with; nil where that is
    /// not known.
    let popularity: FixedNumbers<Float>?
    /// Where the vectors of items that come later are from.
    let laterItems: LaterItems
    /// What the items are.
    package let dataset: Dataset
    /// The revisions of logs up to which the dataset has the items that came in, by the log's name.
    package var appended: [String: Int] = [:]
    private var newest: CatalogueSnapshot?
    /// What was computed once and serves all questions.
    let known = KnownVectors()

    /// Where the vectors of items that come later are from.
    package enum LaterItems {
        /// Of a method that knows items by their interactions alone.
        case needTraining(method: String)
        /// Nobody has said.
        case unknown
        /// From their states; made when it is needed first. The parts of the score that know nothing of them are named besides.
        case from(unknown: [String], () throws -> ItemSide)
    }

    /// Computes the vectors of the catalogue once.
    ///
    /// - Parameter stop: looked at between blocks of items.
    /// - Throws: ``UserError`` when the device runs out of memory; `CancellationError` when told to stop.
    public convenience init(
        _ recommender: Recommender, dataset: Dataset, split: Split, stop: StopToken = StopToken()
    ) throws {
        let vectors = try Evaluator(split, stop: stop).itemVectors(recommender)
        self.init(
            Score(recommender, itemVectors: vectors), positions: recommender.userEncoder.positions, dataset: dataset,
            popularity: FixedNumbers(split.popularity),
            laterItems: .from(unknown: []) { ItemSide(catalogue: recommender.itemTower) })
    }

    /// Takes vectors of the catalogue that are computed already: [items, width].
    public convenience init(_ recommender: Recommender, itemVectors: Tensor, dataset: Dataset) {
        self.init(
            Score(recommender, itemVectors: itemVectors), positions: recommender.userEncoder.positions, dataset: dataset)
    }

    /// Ranks by a score.
    ///
    /// - Parameters:
    ///   - positions: how many of a history's newest items are seen.
    ///   - name: what the model is called in answers.
    ///   - popularity: the share of the training interactions of each item; nil where that is not known.
    ///   - laterItems: where the vectors of items that come later are from.
    package init(
        _ score: Score, positions: Int, dataset: Dataset, name: String = "", popularity: FixedNumbers<Float>? = nil,
        laterItems: LaterItems = .unknown
    ) {
        self.score = score
        self.positions = positions
        self.dataset = dataset
        self.name = name
        self.popularity = popularity
        self.laterItems = laterItems
    }

    /// Ranks by what a file keeps.
    package convenience init(
        _ catalogue: ServedCatalogue, dataset: Dataset, name: String = "", laterItems: LaterItems = .unknown
    ) {
        self.init(
            catalogue.score, positions: catalogue.positions, dataset: dataset, name: name, popularity: catalogue.popularity,
            laterItems: laterItems)
        newest = CatalogueSnapshot(dataset, search: catalogue.search)
    }

    /// The best items for histories of item ids.
    ///
    /// - Parameters:
    ///   - histories: ids, oldest first; the newest that fit the user encoder are seen.
    ///   - top: how many items per history.
    ///   - keepingSeen: whether items of the history may be recommended again; not by default.
    /// - Throws: ``UserError`` for an empty history, for an id that no item has, and when memory runs out.
    public func recommend(_ histories: [[String]], top: Int = 10, keepingSeen: Bool = false) throws -> [[Recommendation]] {
        let snapshot = try snapshot()
        return try recommend(histories.map { try rows($0, in: snapshot) }, top: top, keepingSeen: keepingSeen).map { list in
            list.enumerated().map { place, found in
                recommendation(.init(row: found.item, score: Double(found.score)), rank: place + 1, in: snapshot)
            }
        }
    }

    /// The best items for histories of catalogue indices, each list in falling order of score.
    public func recommend(
        _ histories: [[Int32]], top: Int, keepingSeen: Bool = false
    ) throws -> [[(item: Int, score: Float)]] {
        guard top >= 1 else { throw UserError("\(top) items are asked for", remedy: "Ask for at least 1.") }
        guard !histories.isEmpty else { return [] }
        let snapshot = try snapshot()
        let questions = try questions(of: histories, in: snapshot, skippingSeen: !keepingSeen)
        let found = try snapshot.search.best(top, for: questions, leavingOut: snapshot.leftOut)
        return found.lists.map { list in list.map { ($0.row, Float($0.score)) } }
    }

    /// Makes ready for many questions: the items' codes, a quarter of the memory of their vectors, answer each in a fraction of the time.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    package func prepare() throws { newest = try snapshot().coded() }

    /// The items at the newest revision.
    ///
    /// - Throws: ``UserError`` when memory runs out, or a vector is not finite.
    package func snapshot() throws -> CatalogueSnapshot {
        if let newest { return newest }
        let search = try withTensorErrors { try withoutGradients { try ExactSearch(score.items) } }
        let made = CatalogueSnapshot(dataset, search: search)
        newest = made
        return made
    }

    /// The parts of the score that know nothing of items that came later.
    var unknownParts: [String] {
        var parts: [String] = []
        if case .from(let unknown, _) = laterItems { parts += unknown }
        if score.neighbours != nil { parts.append(ScorePart.neighbours.rawValue) }
        let constant = score.dense.filter { if case .constant? = $0.form { $0.part != .newness } else { false } }
        return parts + constant.map(\.part.rawValue)
    }

    /// Puts the next revision in the place of the newest.
    func replace(with next: CatalogueSnapshot) { newest = next }

    /// What is asked of a snapshot's rows for histories of rows, at least one of which has an item.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    func questions(
        of histories: [[Int32]], in snapshot: CatalogueSnapshot, skippingSeen: Bool
    ) throws -> [ExactSearch.Question] {
        let batch = EvaluationBatch(histories: histories, inputLength: positions)
        let numbers = batch.inputs.flatMap { snapshot.search.row(Int($0)) }
        return try withTensorErrors {
            let rows = Tensor(numbers, shape: [batch.inputs.count, snapshot.search.width]).to(score.items.device)
            return try score.questions(of: batch, rows: rows, skippingSeen: skippingSeen)
        }
    }

    /// A row that was found, with what is known of its item.
    func recommendation(
        _ found: ExactSearch.Found, rank: Int, in snapshot: CatalogueSnapshot, reasons: Reasons? = nil
    ) -> Recommendation {
        let item = snapshot[found.row]
        return Recommendation(
            rank: rank, item: item.id, title: item.title, score: Float(found.score), reasons: reasons,
            unknownParts: snapshot.isLater(found.row) ? unknownParts : nil)
    }

    /// The catalogue indices of the items of a history.
    ///
    /// - Throws: ``UserError`` for an empty history and for an id that no item has.
    package func indices(_ ids: [String]) throws -> [Int32] { try rows(ids, in: snapshot()) }

    private func rows(_ ids: [String], in snapshot: CatalogueSnapshot) throws -> [Int32] {
        guard !ids.isEmpty else { throw Self.emptyHistory }
        return try ids.map { id in
            guard let row = snapshot.row(of: id) else { throw noItem(id) }
            return Int32(row)
        }
    }

    /// What is wrong with a history without items where popularity is no answer.
    package static var emptyHistory: UserError {
        UserError("the history is empty", remedy: "Give at least one item: --history a,b,c.")
    }

    /// What is wrong with an id that no item has.
    package func noItem(_ id: String) -> UserError {
        UserError(
            "the dataset has no item \(id.quoted)", at: dataset.folder.path,
            remedy: Suggestion.nearest(to: id, in: dataset.items.prefix(100_000).map(\.id)).map {
                "Did you mean \($0.quoted)?"
            }
                ?? "Use the ids of the dataset's items.jsonl.")
    }
}
