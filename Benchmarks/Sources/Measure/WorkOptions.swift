import ArgumentParser
import Datasets
import Files
import Foundation
import HiddenStates
import Modeling
import Torch

/// What is trained on.
struct WorkOptions: ParsableArguments {
    @Option(help: "The dataset directory.", completion: .directory)
    var dataset: String

    @Option(help: "The store of the titles' hidden states.", completion: .directory)
    var text: String

    @Option(help: "The store of the pictures' hidden states.", completion: .directory)
    var image: String

    @Option(help: "Users of a step.")
    var batchSize = 64

    @Option(help: "Decides fresh parameters, the order of users and dropout.")
    var seed: UInt64 = 1

    /// The dataset, divided.
    func split() throws -> Split { try Split(Dataset.open(URL(filePath: dataset))) }

    /// The batches of a split.
    func sampler(_ split: Split) -> BatchSampler { BatchSampler(split, batchSize: batchSize, seed: seed) }

    /// The hidden states, as `iisan train` reads them.
    func states(on device: Device) throws -> PerModality<any StateSource> {
        func states(_ folder: String) throws -> StoredStates {
            try StoredStates(HiddenStateStore.open(URL(filePath: folder)), on: device)
        }
        return [.text: try states(text), .image: try states(image)]
    }

    /// A recommender of the papers' shape with fresh parameters, the same for the same seed.
    func recommender(_ split: Split, dropout: Double? = nil, on device: Device) throws -> Recommender {
        RandomState.seed(seed)
        var options = RecommenderOptions()
        if let dropout { options.userEncoder.dropout = dropout }
        return try Recommender.make(
            options, itemCount: split.itemCount, states: states(on: device), positions: split.options.inputLength, on: device)
    }
}
