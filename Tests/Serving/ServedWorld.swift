import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Ranking
import TestModels
import TestSupport
import Torch

@testable import Serving

/// A small world with a recommender over states that are at hand, and a score of all parts.
struct ServedWorld {
    static let weights: [ScorePart: Double] = [
        .network: 1, .content("text"): 3, .content("image"): 0.5, .popularity: 0.2, .newness: 0.4, .neighbours: 1.5,
    ]
    static let shapes: PerModality<ModalityShape> = [
        .text: ModalityShape(width: 12, layers: [0, 3, 6]), .image: ModalityShape(width: 8, layers: [0, 2]),
    ]
    static let encoders: PerModality<String> = [.text: "a text encoder", .image: "an image encoder"]

    let world: SmallWorld
    let recommender: Recommender
    let score: Score
    let side: ItemSide
    /// The states of the items [items, layers, width].
    let states: PerModality<[Float]>

    init(_ folder: URL, items: Int = 120, method: Method = .iisan, parts: Set<ScorePart> = Set(weights.keys)) throws {
        let world = try SmallWorld(folder, users: 60, items: items)
        var options = RecommenderOptions()
        (options.width, options.sideNetworks.bottleneck, options.method, options.states) = (16, 4, method, .standardised)
        RandomState.seed(4)
        let tables = Self.shapes.mapValues { Tensor.randomNormal([items, $0.layers.count, $0.width]) * 3.0 }
        // One item has no picture.
        let presence = (0..<items).map { $0 != 7 }
        let layers =
            options.readsLastStateOnly ? Self.shapes.mapValues { [$0.layers.last!] } : Self.shapes.mapValues { $0.layers }
        func source(_ modality: Modality, _ layers: [Int]) -> ResidentStates {
            let all = Self.shapes[modality]!.layers
            let places = layers.map { Int64(all.firstIndex(of: $0)!) }
            return ResidentStates(
                tables[modality]!.selecting(Tensor(places), along: 1), layers: layers,
                presence: modality == .image ? presence : nil)
        }
        let recommender = try Recommender.make(
            options, itemCount: items, states: layers.compactMapValues { source($0, $1) },
            positions: world.split.options.inputLength, on: .cpu)
        try recommender.itemTower.measureStates(itemCount: items, progress: nil, stop: StopToken())
        let file = folder.appending(path: "model.safetensors")
        let parameters = recommender.parameters
        try Weights.write(parameters.all.merging(parameters.constants) { one, _ in one }.map { ($0.key, $0.value) }, to: file)
        let weights = try Weights(file: file)

        let vectors = try Evaluator(world.split).itemVectors(recommender)
        var dense: [Score.Dense] = parts.contains(.network) ? [.network(recommender, itemVectors: vectors)] : []
        var whitening: PerModality<Whitening> = [:]
        for modality in [Modality.text, .image] where parts.contains(.content(modality.name)) {
            let source = source(modality, Self.shapes[modality]!.layers)
            let made = try Whitening(of: source, itemCount: items, width: 5)
            whitening[modality] = made
            dense.append(.content(modality.name, try made.vectors(of: source, itemCount: items), decay: 0.8))
        }
        if parts.contains(.popularity) { dense.append(.popularity(of: world.split, on: .cpu)) }
        if parts.contains(.newness) { dense.append(.newness(of: world.split, on: .cpu)) }
        score = Score(
            dense, neighbours: parts.contains(.neighbours) ? try NeighbourPrior(world.split) : nil, itemCount: items,
            itemVectors: vectors, weights: ScoreWeights(Self.weights))
        side = ItemSide(
            catalogue: recommender.itemTower,
            later: .init(
                shapes: Self.shapes, encoders: Self.encoders, towerLayers: layers, whitening: whitening,
                tower: { try Recommender.itemTower(options, itemCount: nil, states: $0, weights, on: .cpu) }))
        self.world = world
        self.recommender = recommender
        states = tables.mapValues { $0.floats() }
    }

    /// The model, afresh.
    func model(name: String = "m", laterItems: ServedModel.LaterItems? = nil) -> ServedModel {
        ServedModel(
            score, positions: world.split.options.inputLength, dataset: world.dataset, name: name,
            popularity: FixedNumbers(world.split.popularity),
            laterItems: laterItems ?? .from(unknown: []) { [side] in side })
    }

    /// The states of an item of the dataset, as another item's.
    func encoded(_ item: Int, as id: String, without: Modality? = nil, tags: Set<String> = []) -> EncodedItem {
        var own: PerModality<[Float]> = [:]
        for (modality, shape) in Self.shapes where modality != without {
            let count = shape.layers.count * shape.width
            own[modality] = Array(states[modality]![item * count..<(item + 1) * count])
        }
        return EncodedItem(NewItem(id: id, title: "A later one", tags: tags), states: own, encoders: Self.encoders)
    }

    /// The scores of all items of the dataset for a history, by the form that an evaluation ranks by.
    func dense(_ history: [Int32]) -> [Float] {
        let batch = EvaluationBatch(histories: [history], inputLength: world.split.options.inputLength)
        return withoutGradients { score.scores(of: batch).floats() }
    }
}

/// The reason of a refusal; nil where nothing is refused.
func reason<Result>(_ body: () throws -> Result) -> Refusal.Reason? {
    do { _ = try body() } catch { return (error as? Refusal)?.reason }
    return nil
}
