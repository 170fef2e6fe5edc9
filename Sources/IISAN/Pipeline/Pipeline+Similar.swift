import Datasets
import Files
import Foundation
import Modeling
import Ranking
package import Serving
import Torch

extension Pipeline {
    /// The items most like an item.
    ///
    /// A modality whose content the score does not have is what the network's tower of that modality adds to the item vectors, computed
    /// from the stores.
    ///
    /// - Parameter name: `all`, a modality's name, `neighbours`, or another tower of the network, as `inter`.
    /// - Throws: ``UserError`` for an item or a name that is not there, and when the run cannot be opened.
    package func similar(to id: String, by name: String = "all", top: Int = 10) throws -> [Recommendation] {
        let model = try served()
        let item = Int(try model.indices([id])[0])
        if let likeness = model.likeness(name) { return try model.similar(to: item, by: likeness, top: top) }
        var names = model.likenesses
        let method = configuration.train.model.method
        if method.isTrained, method.readsModalities {
            let dataset = model.dataset
            try checkRun(dataset, newItems: false)
            let split = try split(of: dataset)
            let recommender = try trainedRecommender(dataset, split)
            let towers = try withTensorErrors {
                try withoutGradients { try Evaluator(split, stop: observer.stop).towers(recommender) }
            }
            if let tower = towers.first(where: { $0.name == name }) {
                return try model.similar(to: item, by: .vectors(ServedModel.centred(tower.vectors)), top: top)
            }
            names += towers.map(\.name).filter { !names.contains($0) }
        }
        guard !names.isEmpty else {
            throw UserError(
                "\(method.rawValue) knows nothing that items could be compared by", at: run.folder.path,
                remedy: "Choose a run of another method: content needs no training.")
        }
        throw UserError(
            "this run cannot compare items by \(name.quoted)", at: run.folder.path,
            remedy: Suggestion.sentence(for: name, in: names))
    }
}
