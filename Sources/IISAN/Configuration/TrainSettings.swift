package import Metrics
package import Modeling
package import Torch
package import Training

/// The section `train`: the model and its training.
public struct TrainSettings: Sendable, Equatable {
    /// The run directory.
    public var run = "run"
    /// The model.
    public var model = RecommenderOptions()
    /// The kept text layers, of those stored; nil for all.
    public var textLayers: [Int]?
    /// The kept image layers, of those stored; nil for all.
    public var imageLayers: [Int]?
    /// The training.
    public var training = TrainingOptions()
    /// The metric on the validation targets that decides which epoch, and in a search which trial, is best; one of ranks.
    package var selectedBy = Metric.hitRate(10)

    /// The defaults.
    public init() {}
}

extension TrainSettings {
    /// What is computed on the validation targets after each epoch; the deciding metric comes first.
    package var validationMetrics: [Metric] { [Metric](measuredBy: [[selectedBy], Metric.papers]) }
}

extension TrainSettings: SettingsSection {
    static var settings: [Setting<TrainSettings>] {
        [
            .value("run", \.run, "The run directory: checkpoints, events, result, report."),
            .value(
                "method", \.model.method,
                "iisan, iisan-versa, full, adapter, lora, bitfit, frozen, id, id+modality or popularity."),
            .value("modality", \.model.modality, "both, text or image: which of the configured encoders are read."),
            .value(
                "cached", \.model.cached,
                "Whether states of frozen encoders come from the store; false runs the encoders in every step."),
            .value(
                "modality_dropout", \.model.modalityDropout,
                "The probability with which a modality of an item counts as missing while training."),
            .value("width", \.model.width, "Numbers in item and user vectors."),
            .section("side_networks", \.model.sideNetworks, "The item tower of IISAN and IISAN-Versa."),
            .section("fine_tuning", \.model.fineTuning, "Live encoders: full, adapter, lora, bitfit."),
            .section("user_encoder", \.model.userEncoder, "The user encoder (SASRec form)."),
            .value(
                "loss", \.model.loss,
                "What a target is told from: in-batch (the papers'), in-batch-uncorrected (without popularity) or full (all items)."
            ),
            .optional("text_layers", \.textLayers, "Which of the stored text layers are used; left out, all."),
            .optional("image_layers", \.imageLayers, "Which of the stored image layers are used; left out, all."),
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
        ]
    }
}

extension SideNetworkOptions: SettingsSection {
    static var settings: [Setting<SideNetworkOptions>] {
        [
            .value("form", \.form, "auto, iisan (encoders of one width) or versa (any two)."),
            .value("intra", \.intra, "Whether there is a tower within each modality."),
            .value("inter", \.inter, "Whether there is a tower across the modalities."),
            .value("gated", \.gated, "Whether gates mix a state with the block before; otherwise they are added."),
            .value(
                "transformation", \.transformation,
                "What the inter tower maps to the narrower width: wider (the wider modality) or both."),
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

extension Method: SettingValue {}
extension ModalityChoice: SettingValue {}
extension Activation: SettingValue {}
extension SideNetworkOptions.Form: SettingValue {}
extension SideNetworkOptions.Transformation: SettingValue {}
extension TrainingOptions.Precision: SettingValue {}
extension TrainingOptions.OptimizerChoice: SettingValue {}
extension TrainingOptions.Schedule: SettingValue {}
extension LossChoice: SettingValue {}
