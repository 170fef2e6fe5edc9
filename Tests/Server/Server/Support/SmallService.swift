import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Ranking
import Torch

@testable import Serving

/// A model by formula, which questions are answered by in the tests: the history's vector is the sum of its items', and an item's vector is
/// a unit vector that follows from its title's length.
enum SmallService {
    static let width = 4

    /// Opens it over a dataset.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - acceptsItems: whether items may be put in.
    static func opening(_ dataset: Dataset, name: String = "small", acceptsItems: Bool = true) -> ModelService.Opening {
        ModelService.Opening {
            model(dataset, name, acceptsItems)
        } encoder: {
            Encoder()
        }
    }

    private static func model(_ dataset: Dataset, _ name: String, _ acceptsItems: Bool) -> ServedModel {
        let count = dataset.items.count
        let vectors = Tensor(dataset.items.flatMap { state($0.title ?? "") }, shape: [count, width])
        // The first item is the most popular one.
        let popularity = (0..<count).map { Float(count - $0) / Float(count) }
        let content = Score.Dense(.content("text"), items: vectors, form: .content(decay: 1)) { batch, known in
            let sums = Tensor.zeros([batch.userCount, width])
            sums.add(known ?? vectors.selecting(Tensor(batch.inputs)), to: Tensor(batch.users))
            return sums
        }
        let score = Score(
            [content, .constant(.popularity, Tensor(popularity).unsqueezed(1))], itemCount: count,
            weights: ScoreWeights([.content("text"): 1, .popularity: 1]))
        let side = {
            let unit = (0..<width * width).map { Float($0 % (width + 1) == 0 ? 1 : 0) }
            return ItemSide(
                catalogue: nil,
                later: .init(
                    shapes: [.text: ModalityShape(width: width, layers: [1])], encoders: [.text: "small"],
                    whitening: [.text: Whitening(mean: .zeros([width]), map: Tensor(unit, shape: [width, width]))]))
        }
        return ServedModel(
            score, positions: 10, dataset: dataset, name: name, popularity: FixedNumbers(popularity),
            laterItems: acceptsItems ? .from(unknown: [], side) : .needTraining(method: "id"))
    }

    private static func state(_ title: String) -> [Float] { (0..<width).map { $0 == title.count % width ? 1 : 0 } }

    private final class Encoder: ItemEncoding {
        let encoders: PerModality<String> = [.text: "small"]

        func states(of item: NewItem) throws -> PerModality<[Float]> {
            guard let title = item.title else { throw UserError("the item has no title") }
            return [.text: state(title)]
        }
    }
}
