import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Ranking
import TestModels
import Torch

@testable import Serving

/// A catalogue as plain values, and models that are the same by formula: s(h, i) = Σ_k (position of h_k + 1) e_{h_k} · e_i + popularity,
/// with item vectors of whole numbers, so that scores are exact in any order and many are equal.
struct PlainCatalogue {
    static let width = 6
    static let positions = 10

    /// What makes a model.
    struct Kind: Sendable, Equatable {
        var name: String
        /// What tells its encoder apart.
        var encoder: String
        /// Changes item vectors and popularity.
        var seed: Int

        static let all = [
            Kind(name: "A", encoder: "x", seed: 1), Kind(name: "B", encoder: "x", seed: 5),
            Kind(name: "C", encoder: "y", seed: 9),
        ]

        /// The vector of an item: one of ± unit vectors, by its encoder's state.
        func vector(_ title: String) -> [Float] {
            let state = Self.state(title, encoder)
            // The models' maps are permutations with signs.
            return (0..<PlainCatalogue.width).map { state[($0 + seed) % PlainCatalogue.width] * (seed % 2 == 0 ? -1 : 1) }
        }

        /// How often an item of the dataset was trained on.
        func popularity(_ index: Int) -> Float { Float((index * 7 + seed) % 5) }

        static func state(_ title: String, _ encoder: String) -> [Float] {
            var hash: UInt32 = encoder == "x" ? 17 : 91
            for byte in title.utf8 { hash = hash &* 31 &+ UInt32(byte) }
            hash ^= hash >> 13
            var state = [Float](repeating: 0, count: PlainCatalogue.width)
            state[Int(hash % UInt32(PlainCatalogue.width))] = hash >> 8 & 1 == 0 ? 1 : -1
            return state
        }
    }

    /// A change.
    enum Change: Sendable {
        case put(NewItem)
        case tag(String, Set<String>)
        case hide(String, Bool)
        case remove(String)
        case swap(Kind)
    }

    private struct Item {
        var id: String
        var title: String
        var tags: Set<String> = []
        var isHidden = false
        /// Its place in the dataset; nil for one that came later.
        var index: Int?
        /// Where it stands among equal scores.
        var order: Int
    }

    private(set) var kind: Kind
    private var items: [String: Item] = [:]
    private var added = 0

    init(_ kind: Kind, _ dataset: Dataset) {
        self.kind = kind
        for (index, item) in dataset.items.enumerated() {
            items[item.id] = Item(id: item.id, title: item.title ?? "", index: index, order: index)
        }
        added = dataset.items.count
    }

    mutating func apply(_ change: Change) {
        switch change {
        case .put(let new):
            if var old = items[new.id] {
                (old.title, old.tags, old.isHidden) = (new.title ?? "", new.tags, false)
                items[new.id] = old
            } else {
                items[new.id] = Item(id: new.id, title: new.title ?? "", tags: new.tags, order: added)
                added += 1
            }
        case .tag(let id, let tags): items[id]?.tags = tags
        case .hide(let id, let isHidden): items[id]?.isHidden = isHidden
        case .remove(let id): items[id] = nil
        case .swap(let kind): self.kind = kind
        }
    }

    /// The answer by scoring and sorting all.
    func answer(to question: Question) -> (items: [(id: String, score: Float)], ignored: [String], isPopularity: Bool) {
        let history = question.history.compactMap { items[$0] }
        var user = [Float](repeating: 0, count: Self.width)
        let seen = history.suffix(Self.positions)
        for (place, item) in seen.enumerated() {
            let weight = Float(Self.positions - seen.count + place + 1)
            for (dimension, number) in kind.vector(item.title).enumerated() { user[dimension] += weight * number }
        }
        var found: [(item: Item, score: Float)] = []
        for item in items.values where !item.isHidden && !question.exclude.contains(item.id) {
            if question.where.contains(where: { $0.isDisjoint(with: item.tags) }) { continue }
            if !question.keepSeen, history.contains(where: { $0.id == item.id }) { continue }
            let popularity = item.index.map(kind.popularity) ?? 0
            let product = zip(user, kind.vector(item.title)).reduce(0) { $0 + $1.0 * $1.1 }
            found.append((item, history.isEmpty ? popularity : product + popularity))
        }
        let best = found.sorted { ($0.score, $1.item.order) > ($1.score, $0.item.order) }.prefix(question.top)
        return (best.map { ($0.item.id, $0.score) }, question.history.filter { items[$0] == nil }, history.isEmpty)
    }

    /// Opens a model of the same.
    static func opening(_ kind: Kind, _ dataset: Dataset, delay: Duration = .zero) -> ModelService.Opening {
        ModelService.Opening {
            Thread.sleep(forTimeInterval: delay / .seconds(1))
            return model(kind, dataset)
        } encoder: {
            Encoder(kind.encoder)
        }
    }

    static func model(_ kind: Kind, _ dataset: Dataset, later: ServedModel.LaterItems? = nil) -> ServedModel {
        let count = dataset.items.count
        let vectors = Tensor(dataset.items.flatMap { kind.vector($0.title ?? "") }, shape: [count, width])
        let popularity = (0..<count).map(kind.popularity)
        let content = Score.Dense(.content("text"), items: vectors, form: .content(decay: 1)) { batch, known in
            let weights = Tensor(batch.positions.map { Float($0 + 1) }).unsqueezed(1)
            let sums = Tensor.zeros([batch.userCount, width])
            sums.add((known ?? vectors.selecting(Tensor(batch.inputs))) * weights, to: Tensor(batch.users))
            return sums
        }
        let score = Score(
            [content, .constant(.popularity, Tensor(popularity).unsqueezed(1))], itemCount: count,
            weights: ScoreWeights([.content("text"): 1, .popularity: 1]))
        // The permutation of the vectors, as a map of states.
        var map = [Float](repeating: 0, count: width * width)
        for column in 0..<width { map[(column + kind.seed) % width * width + column] = kind.seed % 2 == 0 ? -1 : 1 }
        let side = {
            ItemSide(
                catalogue: nil,
                later: .init(
                    shapes: [.text: ModalityShape(width: width, layers: [1])], encoders: [.text: kind.encoder],
                    whitening: [.text: Whitening(mean: .zeros([width]), map: Tensor(map, shape: [width, width]))]))
        }
        return ServedModel(
            score, positions: positions, dataset: dataset, name: kind.name, popularity: FixedNumbers(popularity),
            laterItems: later ?? .from(unknown: [], side))
    }

    final class Encoder: ItemEncoding {
        let encoders: PerModality<String>
        private let name: String

        init(_ name: String) {
            self.name = name
            encoders = [.text: name]
        }

        func states(of item: NewItem) throws -> PerModality<[Float]> {
            guard let title = item.title else { throw UserError("no title") }
            if title.hasPrefix("slow") { Thread.sleep(forTimeInterval: 0.3) }
            return [.text: Kind.state(title, name)]
        }
    }
}
