package import Files
package import Metrics
package import Modeling
package import Ranking
package import Torch
package import Training

/// The section `train`: the model and its training.
public struct TrainSettings: Sendable, Equatable {
    /// The run directory.
    public var run = "run"
    /// The model.
    public var model = RecommenderOptions()
    /// What a score is the sum of.
    package var score = ScoreOptions()
    /// The kept layers of modalities, of those stored; all of one that is not named.
    package var layers: PerModality<[Int]> = [:]
    /// The training.
    public var training = TrainingOptions()
    /// The metric on the validation targets that decides which epoch, and in a search which trial, is best; one of ranks.
    package var selectedBy = Metric.hitRate(10)

    /// The defaults.
    public init() {}

    /// The kept text layers, of those stored; nil for all.
    public var textLayers: [Int]? {
        get { layers[.text] }
        set { layers[.text] = newValue }
    }

    /// The kept image layers, of those stored; nil for all.
    public var imageLayers: [Int]? {
        get { layers[.image] }
        set { layers[.image] = newValue }
    }
}

extension TrainSettings {
    /// What is computed on the validation targets after each epoch; the deciding metric comes first.
    package var validationMetrics: [Metric] { [Metric](measuredBy: [[selectedBy], Metric.papers]) }

    /// The kinds of parts of the score.
    package var scoreKinds: [ScoreOptions.Kind] { score.kinds(of: model.method) }
    /// Whether titles or pictures are read, by the model or by the content of the score.
    package var readsModalities: Bool { model.method.readsModalities || scoreKinds.contains(.content) }
    /// Whether a hidden-state store is read, by the model or by the content of the score.
    package var readsStores: Bool { model.readsStores || scoreKinds.contains(.content) }
}

extension TrainSettings: SettingsSection {
    static var settings: [Setting<TrainSettings>] {
        [
            .value("run", \.run, "The run directory: checkpoints, events, result, report."),
            .value(
                "method", \.model.method,
                "iisan, iisan-versa, full, adapter, lora, bitfit, frozen, id, id+modality; without training popularity, neighbours, "
                    + "content or closed-form."),
            .value(
                "modality", \.model.modality,
                "both or all, text, image, or names as [text, caption]: which of the configured encoders are read."),
            .value(
                "cached", \.model.cached,
                "Whether states of frozen encoders come from the store; false runs the encoders in every step."),
            .value(
                "states", \.model.states,
                "How stored states are read: raw, or standardised (each dimension of a layer with mean 0 and deviation 1)."),
            .value(
                "modality_dropout", \.model.modalityDropout,
                "The probability with which a modality of an item counts as missing while training."),
            .value("width", \.model.width, "Numbers in item and user vectors."),
            .section("side_networks", \.model.sideNetworks, "The item tower of IISAN and IISAN-Versa."),
            .section("fine_tuning", \.model.fineTuning, "Live encoders: full, adapter, lora, bitfit."),
            .section("user_encoder", \.model.userEncoder, "The user encoder (SASRec form)."),
            .value(
                "loss", \.model.loss,
                "What a target is distinguished from: in-batch (the papers'), in-batch-uncorrected (without popularity), mixed (with drawn items; all that "
                    + "are trained on where these are few) or full (all items that are trained on)."
            ),
            .section(
                "score", \.score, "What items are ranked by: the model alone, or a sum with what counting and content know."),
            .optional("text_layers", \.textLayers, "Which of the stored text layers are used; left out, all."),
            .optional("image_layers", \.imageLayers, "Which of the stored image layers are used; left out, all."),
            .optional("layers", \.furtherLayers, "Which of the stored layers of encode.more are used, as {caption: [0, 6]}."),
            .value("epochs", \.training.epochs, "At most this many passes over the training sequences."),
            .value("batch_size", \.training.batchSize, "Users per step."),
            .value("rate", \.training.rate, "Adam's learning rate for heads, fusion and user encoder."),
            .value(
                "side_block_rate", \.training.sideBlockRate, "Adam's learning rate for the side networks' blocks and gates."),
            .value(
                "encoder_rate", \.training.encoderRate,
                "Adam's learning rate for the encoders' own numbers (full, bitfit), adapters and low-rank maps."),
            .value(
                "optimizer", \.training.optimizer,
                "adam (weight decay for every parameter) or adamw (for matrices alone: no biases, norms, gates, embeddings)."),
            .value("weight_decay", \.training.weightDecay, "Decoupled weight decay; 0 for plain Adam."),
            .optional(
                "clip_norm", \.training.clipNorm,
                "All gradients of a step together are made at most this long; left out, they stay as they are."),
            .value(
                "schedule", \.training.schedule,
                "How the rates change after the warm-up: constant, or cosine, down to 0 at the end of the last epoch."),
            .value("warmup_steps", \.training.warmupSteps, "In so many first steps the rates rise from near 0."),
            .optional(
                "average", \.training.average,
                "The decay of the parameters' moving average, as 0.99, which is validated and kept as best; left out, none."),
            .value("patience", \.training.patience, "Stop after more than this many epochs without a better validation."),
            .value(
                "patience_from", \.training.patienceFrom,
                "Such epochs count from the end of the warm-up (warm-up), or not before a validation better than popularity's (popularity)."
            ),
            .value(
                "select_by", \.selectedBy,
                "The metric on the validation targets that decides which epoch is best, and which trial of a search."),
            .optional(
                "measured_steps", \.training.measuredSteps,
                "Times this many steps and stops: what training costs, without a trained model."),
            .value("seed", \.training.seed, "Decides fresh parameters, the order of users and dropout."),
            .value(
                "precision", \.training.precision,
                "Matrix products in float32 or bfloat16; auto: bfloat16 where the processor has instructions for it, else float32."
            ),
            .value(
                "negatives", \.training.negatives,
                "What a target is told from where several processes train: the items of all (global) or of its own (local)."),
            .value(
                "capture", \.training.capture,
                "Whether a GPU records a step's operations and replays them; false asks for them one by one, which takes longer."
            ),
        ]
    }
}

extension SideNetworkOptions: SettingsSection {
    static var settings: [Setting<SideNetworkOptions>] {
        [
            .value("form", \.form, "auto, iisan (encoders of one width) or versa (any encoders)."),
            .value("intra", \.intra, "Whether there is a tower within each modality."),
            .value("inter", \.inter, "Whether there is a tower across the modalities."),
            .value("gated", \.gated, "Whether gates mix a state with the block before; otherwise they are added."),
            .value(
                "transformation", \.transformation,
                "What the inter tower maps to the narrowest width: wider (the wider modalities) or both (all)."),
            .value("activation", \.activation, "relu or gelu."),
            .value("bottleneck", \.bottleneck, "The width inside a block."),
        ]
    }
}

extension FineTuningOptions: SettingsSection {
    static var settings: [Setting<FineTuningOptions>] {
        [
            .value("adapter_width", \.adapterWidth, "adapter: the width inside an adapter."),
            .value("adapter_activation", \.adapterActivation, "adapter: relu or gelu."),
            .value("rank", \.rank, "lora: the rank of what is added to the query and value maps."),
            .value("alpha", \.alpha, "lora: the addition's factor is alpha / rank."),
            .value("dropout", \.dropout, "Whether encoders have their own dropout while training."),
            .value(
                "checkpointing", \.checkpointing,
                "Whether encoders' intermediate results are computed again instead of kept: less memory, more time."),
            .value("pass_tokens", \.passTokens, "Token states in one pass of an encoder whose results are not kept."),
        ]
    }
}

extension UserEncoderOptions: SettingsSection {
    static var settings: [Setting<UserEncoderOptions>] {
        [
            .value("blocks", \.blocks, "Transformer blocks."),
            .value("heads", \.heads, "Attention heads."),
            .value("dropout", \.dropout, "Dropout's probability while training."),
        ]
    }
}

extension ScoreOptions: SettingsSection {
    static var settings: [Setting<ScoreOptions>] {
        [
            .optional(
                "parts", \.parts,
                "What is added up, of network, neighbours, content, popularity, newness; left out, the network alone."),
            .section("neighbours", \.neighbours, "How items that are near each other in histories are counted."),
            .value("content_width", \.contentWidth, "Numbers of an item's whitened states that content is compared by."),
            .value("content_decay", \.contentDecay, "An item of a history counts this to the power of how many are newer."),
            .value(
                "newness_cost", \.newnessCost,
                "Standard errors that all validation targets may lose so that new items gain; 0 gives them what is free."),
            .optional(
                "weights", \.weights,
                "Weights by part, as {network: 1, neighbours: 1.5, content.text: 3}; left out, the validation targets choose."),
        ]
    }
}

extension NeighbourOptions: SettingsSection {
    static var settings: [Setting<NeighbourOptions>] {
        [
            .value("window", \.window, "Items of a sequence at most this many places apart are a pair."),
            .value("distance_weight", \.distanceWeight, "A pair counts this to the power of the items between its two."),
            .value("exponent", \.exponent, "A pair's count is divided by this power of how often each of its items occurs."),
            .value("decay", \.decay, "An item of a history counts this to the power of how many are newer."),
            .optional("scale", \.scale, "g0 of log(1 + g / g0); left out, the median of g."),
        ]
    }
}

extension Method: SettingValue {}
extension ScoreOptions.Kind: SettingValue {}
extension StateScaling: SettingValue {}
extension Activation: SettingValue {}
extension SideNetworkOptions.Form: SettingValue {}
extension SideNetworkOptions.Transformation: SettingValue {}
extension TrainingOptions.Precision: SettingValue {}
extension TrainingOptions.Negatives: SettingValue {}
extension TrainingOptions.OptimizerChoice: SettingValue {}
extension TrainingOptions.PatienceStart: SettingValue {}
extension TrainingOptions.Schedule: SettingValue {}
extension LossChoice: SettingValue {}
