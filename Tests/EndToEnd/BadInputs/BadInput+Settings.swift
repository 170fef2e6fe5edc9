extension BadInput {
    /// Settings whose values make no sense, alone or together.
    static let settings: [BadInput] = [
        value("A number in words", "train.epochs=many", says: ["train.epochs", "many"]),
        value("A fraction where a whole number is expected", "train.epochs=1.5", says: ["train.epochs", "1.5"]),
        value("A number that no integer holds", "train.epochs=99999999999999999999", says: ["train.epochs"]),
        value(
            "A whole number that versions of YAML read differently", "train.epochs=010",
            says: ["--set: train.epochs", "010", "YAML"]),
        value("A number of base sixty", "train.rate=1:30.5", says: ["--set: train.rate", "1:30.5", "YAML"]),
        value("A seed with a 0 before it", "train.seed=042", says: ["--set: train.seed", "042"]),
        value("No epochs", "train.epochs=0", says: ["train.epochs", "0"]),
        value("A batch of no users", "train.batch_size=0", says: ["train.batch_size", "0"]),
        value("A learning rate below zero", "train.rate=-0.001", says: ["train.rate", "-0.001"]),
        value("A learning rate that is nan", "train.rate=.nan", says: ["train.rate", "nan"]),
        value("A learning rate without end", "train.rate=.inf", says: ["train.rate", "inf"]),
        value("A weight decay below zero", "train.weight_decay=-1", says: ["train.weight_decay", "-1"]),
        value("An optimiser that is none", "train.optimizer=sgd", says: ["train.optimizer", "sgd", "adamw"]),
        value("Gradients of no length", "train.clip_norm=0", says: ["train.clip_norm", "0"]),
        value("A schedule that is none", "train.schedule=cosin", says: ["train.schedule", "cosin", "cosine"]),
        value("A warm-up below zero", "train.warmup_steps=-1", says: ["train.warmup_steps", "-1"]),
        value("An average that never moves", "train.average=1", says: ["train.average", "1.0"]),
        value("A loss that is none", "train.loss=bpr", says: ["train.loss", "bpr", "in-batch"]),
        value("Copies of stores in no folder", "encode.cache={\"limit\":\"1GB\"}", says: ["encode.cache.folder", "is empty"]),
        value("A recipe that is none", "recipe=modren", says: ["recipe", "modren", "modern"]),
        value("A part of the score that is none", "train.score.parts=[network,magic]", says: ["train.score.parts", "magic"]),
        value(
            "A score without its network", "train.score.parts=[content]", says: ["train.score.parts", "network", "closed-form"]),
        value("A weight below zero", "train.score.weights={\"network\":-1}", says: ["train.score.weights.network", "-1"]),
        value("Neighbours that are nowhere", "train.score.neighbours.window=0", says: ["train.score.neighbours.window", "0"]),
        value("A patience below zero", "train.patience=-1", says: ["train.patience", "-1"]),
        value("No steps to measure", "train.measured_steps=0", says: ["train.measured_steps", "0"]),
        value("A seed below zero", "train.seed=-1", says: ["train.seed", "-1"]),
        value("A truth that is neither", "train.cached=maybe", says: ["train.cached", "maybe"]),
        value("A method that is misspelt", "train.method=iissan", says: ["train.method", "iissan", "iisan-versa"]),
        value("A modality that is none", "train.modality=sound", says: ["train.modality", "sound", "image"]),
        value("A precision that is none", "train.precision=float16", says: ["train.precision", "float16", "bfloat16"]),
        value("A split that is none", "data.split.kind=random", says: ["data.split.kind", "random", "timestamp"]),
        value("Too few items of a user", "data.split.minimum_items=2", says: ["split", "minimum_items", "2"]),
        value("Histories without room for a target", "data.split.maximum_items=3", says: ["split", "maximum_items", "3"]),
        value("A history that is neither", "data.split.history=all", says: ["data.split.history", "all", "whole"]),
        value("A cost below nothing", "train.score.newness_cost=-1", says: ["train.score.newness_cost", "-1"]),
        value(
            "Only one of two times", "data.split.kind=timestamp --set data.split.test_time=5",
            says: ["split", "test_time"]),
        value(
            "A validation after the test",
            "data.split.kind=timestamp --set data.split.validation_time=9 --set data.split.test_time=5",
            says: ["split", "validation_time", "9"]),
        value(
            "Quantiles in the wrong order",
            "data.split.kind=timestamp --set data.split.validation_quantile=0.9 --set data.split.test_quantile=0.8",
            says: ["split", "0.9"]),
        value("No cutoffs", "evaluate.cutoffs=[]", says: ["evaluate.cutoffs"]),
        value("A cutoff of zero", "evaluate.cutoffs=[0,10]", says: ["evaluate.cutoffs"]),
        value("A cutoff in words", "evaluate.cutoffs=[ten]", says: ["evaluate.cutoffs", "ten"]),
        value("A metric that there is not", "evaluate.metrics=[NDGC@10]", says: ["evaluate.metrics", "NDGC@10", "NDCG"]),
        value("A metric without its list length", "evaluate.metrics=[HR]", says: ["evaluate.metrics", "HR@10"]),
        value("An epoch chosen by lists", "train.select_by=Coverage@10", says: ["train.select_by", "Coverage@10", "MRR"]),
        value("A memory in words", "encode.memory=much", says: ["encode.memory", "much"]),
        value("A memory below zero", "encode.memory=-8GB", says: ["encode.memory", "-8GB"]),
        value("More threads than any machine has", "threads=5000", says: ["threads", "5000"]),
        value("Layers in words", "encode.text.layers=[first,last]", says: ["encode.text.layers", "first"]),
        value("A store in a type that is none", "encode.dtype=float64", says: ["encode.dtype", "float64"]),
        value(
            "What becomes of damaged pictures misspelt", "encode.image.damaged=ignore",
            says: ["encode.image.damaged", "ignore", "skip"]),
        value(
            "A form of raw files that is none", "data.import.form=movielens100k", says: ["data.import.form", "movielens100k"]),

        trained(
            "A time of the split without its rule", "data.split.validation_time=1600000000",
            says: ["data.split.validation_time", "no effect", "timestamp"]),
        trained(
            "A share of the split without its rule", "data.split.test_quantile=0.95",
            says: ["data.split.test_quantile", "no effect"]),
        trained("A device that is none", "device=gpu", says: ["gpu"]),
        trained("A modality dropout above a half", "train.modality_dropout=0.9", says: ["modality_dropout", "0.9"]),
        trained("Vectors without numbers", "train.width=0", says: ["width", "0"]),
        trained("Heads that do not divide the width", "train.user_encoder.heads=7", says: ["heads", "7"]),
        trained("A user encoder without blocks", "train.user_encoder.blocks=0", says: ["blocks", "0"]),
        trained("A dropout of everything", "train.user_encoder.dropout=1", says: ["dropout", "1"]),
        trained("A bottleneck of nothing", "train.side_networks.bottleneck=0", says: ["bottleneck", "0"]),
        trained(
            "No tower at all", "train.side_networks.intra=false --set train.side_networks.inter=false",
            says: ["intra", "inter"]),
        trained("An activation that side networks do not have", "train.side_networks.activation=silu", says: ["activation"]),
        trained("A rank of nothing", "train.method=lora --set train.fine_tuning.rank=0", says: ["rank", "0"]),
        trained("Layers that are not in the store", "train.text_layers=[0,5]", says: ["5"]),
        trained("Items of a split that no user has enough of", "data.split.minimum_items=500", says: ["500"]),
        trained("A split by times that the dataset does not have", "data.split.kind=timestamp", says: ["timestamp"]),
        trained("A modality without an encoder", "encode.image= --set train.modality=image", says: ["image"]),
        trained("A run in place of a file", "train.run=config.yaml", says: ["config.yaml"]),
        trained("A run below a file", "train.run=config.yaml/run", says: ["config.yaml"]),
    ]

    /// A row whose setting is refused when the configuration is read.
    private static func value(_ input: String, _ setting: String, says: [String]) -> BadInput {
        BadInput(input, on: .world, "config config.yaml --set \(setting)", says: says)
    }

    /// A row whose setting is refused when a run is to be trained.
    private static func trained(_ input: String, _ setting: String, says: [String]) -> BadInput {
        let run = setting.contains("train.run") ? "" : " --set train.run=runs/new"
        return BadInput(input, on: .states, "train config.yaml --set \(setting)\(run)", says: says)
    }
}
