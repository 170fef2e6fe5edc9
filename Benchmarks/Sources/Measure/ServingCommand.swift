import ArgumentParser
import Datasets
import Files
import Foundation
import Metrics
import Modeling
import Ranking
import Serving
import Torch

/// `measure serving`: answers of a score of all parts over a generated catalogue.
struct ServingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serving",
        abstract: "Time opening a kept catalogue and answers by network, content of two modalities, neighbours and popularity.")

    @OptionGroup var machine: MachineOptions

    @Option(help: "Items of the catalogue.")
    var items = 100_000

    @Option(help: "Users whose histories of 12 items are counted.")
    var users = 100_000

    @Option(help: "Width of the network's vectors.")
    var width = 64

    @Option(help: "Width of each modality's content; 0 for the network alone.")
    var contentWidth = 192

    @Option(help: "How often each is timed.")
    var repetitions = 50

    func run() throws {
        _ = try machine.prepare()
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-measure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let dataset = try generated(folder.appending(path: "dataset"))
        let split = try Split(dataset)
        let file = folder.appending(path: "served.safetensors")
        let clock = ContinuousClock()
        func seconds(_ body: () throws -> Void) rethrows -> Double {
            let start = clock.now
            try body()
            return (clock.now - start) / .seconds(1)
        }
        let making = try seconds {
            try ServedCatalogue.write(try score(split), positions: split.options.inputLength, inputs: "", to: file)
        }
        var model: ServedModel?
        let opening = try seconds { model = ServedModel(try ServedCatalogue(file), dataset: dataset) }
        guard let model else { return }
        var random = SplitMix64(seed: 7)
        let histories = (0..<64).map { _ in (0..<10).map { _ in item(&random) } }
        let first = try seconds { _ = try model.recommend([histories[0]], top: 10) }
        func answers(_ count: Int) throws -> [Double] {
            try (0..<repetitions).map { place in
                let asked = (0..<count).map { histories[(place + $0) % histories.count] }
                return try seconds { _ = try model.recommend(asked, top: 10) }
            }
        }
        let plain = [1: try answers(1), 16: try answers(16)]
        let preparing = try seconds { try model.prepare() }
        let coded = [1: try answers(1), 16: try answers(16), 64: try answers(64)]
        try printJSON(
            Measured(
                threads: LibTorch.threads, items: items, makingSeconds: making, openingSeconds: opening, firstSeconds: first,
                preparingSeconds: preparing, plainSeconds: plain, codedSeconds: coded))
    }

    /// Popular items more often.
    private func item(_ random: inout SplitMix64) -> Int32 {
        let share = Double(random.next(below: 1 << 30)) / Double(1 << 30)
        return Int32(share * share * Double(items))
    }

    private func generated(_ folder: URL) throws -> Dataset {
        var random = SplitMix64(seed: 3)
        let histories = (0..<users).map { user in ("u\(user)", (0..<12).map { _ in item(&random) }) }
        return try DatasetContents(
            name: "generated", source: "measure serving",
            items: (0..<items).map { .init(id: "item \($0)", title: "The title of item \($0)") }, histories: histories
        ).write(to: folder)
    }

    private func score(_ split: Split) throws -> Score {
        try withTensorErrors {
            try withoutGradients {
                RandomState.seed(5)
                var options = RecommenderOptions()
                (options.method, options.width) = (.id, width)
                let recommender = try Recommender.make(
                    options, itemCount: split.itemCount, states: [:], positions: split.options.inputLength, on: .cpu)
                let vectors = Tensor.randomNormal([split.itemCount, width])
                guard contentWidth > 0 else { return Score(recommender, itemVectors: vectors) }
                func content(_ name: String) -> Score.Dense {
                    .content(name, Tensor.randomNormal([split.itemCount, contentWidth]).unitRows(), decay: 0.8)
                }
                return Score(
                    [
                        .network(recommender, itemVectors: vectors), content("text"), content("image"),
                        .popularity(of: split, on: .cpu),
                    ], neighbours: try NeighbourPrior(split), itemCount: split.itemCount,
                    weights: ScoreWeights([
                        .network: 1, .content("text"): 8, .content("image"): 6, .popularity: 0.3, .neighbours: 1.5,
                    ]))
            }
        }
    }

    private struct Measured: Encodable {
        let threads, items: Int
        let makingSeconds, openingSeconds, firstSeconds, preparingSeconds: Double
        let plainSeconds, codedSeconds: [Int: [Double]]
    }
}
