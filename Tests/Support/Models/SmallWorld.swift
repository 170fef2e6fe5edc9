import Datasets
import Foundation
import Modeling
import TestSupport
import Torch

/// A dataset of a few users and items in a folder, and a recommender over random states of its items.
package struct SmallWorld {
    /// The dataset.
    package let dataset: Dataset
    /// Its split.
    package let split: Split

    /// Makes the dataset in a folder.
    package init(_ folder: URL, users: Int = 30, items: Int = 24) throws {
        var generator = SeededGenerator(seed: 11)
        let histories = (0..<users).map { user in
            let items = (0..<Int.random(in: 5...16, using: &generator)).map { _ in
                Int32.random(in: 0..<Int32(items), using: &generator)
            }
            return ("user \(user)", items)
        }
        let contents = DatasetContents(
            name: "small", source: "test", items: (0..<items).map { .init(id: "i\($0)", title: "Item \($0)") },
            histories: histories)
        dataset = try contents.write(to: folder.appending(path: "dataset"))
        split = try Split(dataset)
    }

    /// A recommender whose fresh parameters, and states, follow from the seed.
    package func recommender(
        seed: UInt64 = 3, on device: Device = .cpu, dtype: ElementType = .float32,
        _ change: (inout RecommenderOptions) -> Void = { _ in }
    ) throws -> Recommender {
        RandomState.seed(99)
        let text = ResidentStates(Tensor.randomNormal([dataset.items.count, 3, 12]).to(device), layers: [0, 1, 2])
        let image = ResidentStates(Tensor.randomNormal([dataset.items.count, 2, 8]).to(device), layers: [0, 1])
        RandomState.seed(seed)
        var options = RecommenderOptions()
        options.width = 16
        options.sideNetworks.bottleneck = 4
        change(&options)
        return try .make(
            options, itemCount: dataset.items.count, trainedItems: split.trainedItems, states: [.text: text, .image: image],
            positions: split.options.inputLength, on: device, dtype: dtype)
    }
}

/// Runs `body` with a number of threads for each operation.
package func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    let before = LibTorch.threads
    LibTorch.threads = count
    defer { LibTorch.threads = before }
    return try body()
}
