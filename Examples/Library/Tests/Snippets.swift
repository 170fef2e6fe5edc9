import Foundation
import IISAN
import Torch

// The code of the documents, one function per document: it has to compile, and nobody calls it.

// README.md and IISAN.md
private func overview() throws {
    let pipeline = try Pipeline(Configuration(URL(filePath: "config.yaml")))
    try pipeline.runAll()

    let model = try pipeline.served()
    for item in try model.recommend([["12", "7", "31"]], top: 5)[0] {
        print(item.rank, item.title ?? item.item, item.score)
    }
}

// Library.md
private func library() throws {
    var observer = Pipeline.Observer()
    observer.onMessage = { print($0) }
    observer.onEpoch = { print($0.epoch, $0.loss, $0.validation["HR@10"] ?? 0) }

    var configuration = try Configuration(URL(filePath: "config.yaml"), overrides: ["train.epochs=3"])
    configuration.train.training.seed = 43
    let pipeline = Pipeline(configuration, observer: observer)
    try pipeline.importDataset()
    try pipeline.encode()
    try pipeline.train()
    if let card = try pipeline.evaluate().test { print(card.text) }

    let source = ImportSource.tables(
        interactions: InteractionTable(Table(URL(filePath: "log.csv.gz")), user: "customer", item: "sku", timestamp: "time"),
        items: ItemTable(Table(URL(filePath: "products.csv")), id: "sku", title: "name"),
        pictures: URL(filePath: "photos"))
    print(try DatasetImport(source).run(to: URL(filePath: "dataset")).text)

    let dataset = try Dataset.open(URL(filePath: "dataset"))
    print(try DatasetCheck(dataset).text)
    let split = try Split(dataset)

    let items = dataset.items.map(CatalogueItem.init)
    var options = EncodingOptions()
    options.device = try Device(named: "auto")
    let text = try CatalogueEncoder(.text, of: items, with: URL(filePath: "encoders/text"), options: options)
        .encode(into: URL(filePath: "states/text")).store
    let image = try CatalogueEncoder(.image, of: items, with: URL(filePath: "encoders/image"), options: options)
        .encode(into: URL(filePath: "states/image")).store
    print(text.layers, text.row(0).count)

    RandomState.seed(42)
    let recommender = try Recommender.make(
        RecommenderOptions(), itemCount: dataset.items.count,
        states: [.text: StoredStates(text, on: options.device), .image: StoredStates(image, on: options.device)],
        positions: split.options.inputLength, on: options.device)

    let evaluator = Evaluator(split)
    let training = TrainingOptions()
    let run = RunDirectory(URL(filePath: "runs/mine"))
    let trainer = try Trainer(
        recommender, BatchSampler(split, batchSize: training.batchSize, seed: training.seed), training, run
    ) { recommender in
        let ranks = try evaluator.ranks(recommender, .validation)
        return Validation(RankingSummary(of: ranks, metrics: Metric.papers, resamples: 0).metrics)
    }
    try trainer.train(onEvent: { print($0.epoch, $0.loss) })
    try run.best.load(into: recommender)

    let card = Evaluator.card(
        try evaluator.ranks(recommender, .test), split: split, part: .test, datasetHash: dataset.manifest.contentHash)
    print(card.text)

    var method = RecommenderOptions()
    method.method = .lora
    method.fineTuning.rank = 8
    let titles = try LiveInputs(.text, of: items, with: URL(filePath: "encoders/text"))
    let pictures = try LiveInputs(.image, of: items, with: URL(filePath: "encoders/image"))
    func tuned(_ inputs: LiveInputs) throws -> TunedEncoder {
        try TunedEncoder(
            inputs, method: method.method, method.fineTuning, pooling: nil, autocast: .bfloat16, on: options.device)
    }
    let finetuned = try Recommender.make(
        method, itemCount: dataset.items.count, states: [.text: tuned(titles), .image: tuned(pictures)],
        positions: split.options.inputLength, on: options.device)
    print(finetuned.trainableCount, finetuned.totalCount)

    let model = try ServedModel(recommender, dataset: dataset, split: split)
    for list in try model.recommend([["12", "7", "31"], ["5"]], top: 10) {
        for item in list { print(item.rank, item.item, item.title ?? "", item.score) }
    }
}

// Library.md, a run that answers
private func answers(_ histories: [[String]]) async throws {
    let run = try await ServedRun(URL(filePath: "runs/first"))
    let lists = try await withThrowingTaskGroup(of: [Recommendation].self) { group in
        for history in histories { group.addTask { try await run.recommend([history])[0] } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
    print(lists.count)
    try await run.add("1300", title: "Blue kettle", picture: URL(filePath: "kettle.jpg"))
    print(try await run.recommend([["1300"]]))
    try await run.swap(to: URL(filePath: "runs/second"))
}

// Captions.md
private func captions() throws {
    let generator = try TextGenerator(directory: URL(filePath: "models/llama"))
    print(try generator.texts(after: ["The best mug for tea is"]))

    var options = CaptionOptions()
    options.generation.maximumTokens = 30
    let captioner = try Captioner(URL(filePath: "models/smolvlm"), options: options)
    let items = [CatalogueItem(id: "7", picture: URL(filePath: "photos/7.jpg"))]
    let result = try captioner.caption(items, into: URL(filePath: "captions/captions.jsonl"))
    print(result.captions, result.problems)
}

// Studies.md
private func studies() throws {
    let file = URL(filePath: "study.yaml")
    let study = try CompareStudy(file: file).plan(file)
    print(try study.run(using: InProcessRunner()).text)
}

// Torch.md
private func tensors() throws {
    let parameters = Parameters()
    let map = try Linear(parameters, 4, 2)
    let x = Tensor.randomNormal([8, 4])
    let loss = (map(x) * map(x)).mean()
    loss.backward()

    let adam = Adam([OptimizerGroup("all", parameters.all, rate: 1e-3)])
    adam.update()
    adam.clearGradients()
}
