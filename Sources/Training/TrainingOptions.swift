package import Files
package import Torch

/// How a recommender is trained.
public struct TrainingOptions: Sendable, Codable, Equatable {
    /// The type of matrix products.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        case float32
        /// Products in bfloat16, weights and sums in float32.
        case bfloat16
        /// bfloat16 on a processor with instructions for it (AVX512-BF16, AMX), else float32.
        case auto

        /// What it is on a device: float32 or bfloat16.
        package func resolved(on device: Device) -> Precision {
            guard self == .auto else { return self }
            return device == .cpu && BFloat16Products.ofThisMachine != .none ? .bfloat16 : .float32
        }

        /// What matrix products are rounded to on a device; nil for float32.
        package func autocast(on device: Device) -> ElementType? { resolved(on: device) == .bfloat16 ? .bfloat16 : nil }
    }

    /// What changes the parameters by their gradients.
    public enum OptimizerChoice: String, Sendable, Codable, CaseIterable {
        /// Adam; with weight decay above 0 it is decoupled and for every parameter.
        case adam
        /// Adam with decoupled weight decay for the matrices of linear maps and convolutions alone: none for biases, norms, gates and
        /// embeddings.
        case adamw
    }

    /// What the rates do after the warm-up.
    public enum Schedule: String, Sendable, Codable, CaseIterable {
        /// They stay.
        case constant
        /// They fall along half a cosine, to 0 at the end of the last epoch.
        case cosine
    }

    /// From when epochs without a better validation are counted.
    public enum PatienceStart: String, Sendable, Codable, CaseIterable {
        /// From the end of the warm-up and of the moving average's first stretch; at once where there are none.
        case warmUp = "warm-up"
        /// From then on, but not before a validation was better than that of the most popular items: what has not learned more than that
        /// may be about to.
        case popularity
    }

    /// Which items a row's target is told from where several processes train together.
    public enum Negatives: String, Sendable, Codable, CaseIterable {
        /// Those of the whole batch: the numbers are those of one process.
        case global
        /// Those of the process's own users, and each process's mean counts alike, as in the papers' code: another loss for every number of
        /// processes.
        case local
    }

    /// At most this many passes over the training sequences; 100 in the papers.
    public var epochs = 100
    /// Users per step; 64 in the papers.
    public var batchSize = 64
    /// Adam's rate for heads, fusion and user encoder; 2e-4 in the papers.
    public var rate = 2e-4
    /// Adam's rate for the side networks' blocks, gates and transformations; 1e-4 in the papers.
    public var sideBlockRate = 1e-4
    /// Adam's rate for encoders' own numbers, adapters and low-rank maps.
    public var encoderRate = 1e-4
    /// What changes the parameters by their gradients.
    public var optimizer = OptimizerChoice.adam
    /// The optimiser's weight decay, decoupled; 0 in the papers.
    public var weightDecay = 0.0
    /// The longest norm of all gradients of a step together: longer ones are scaled down; nil leaves them as they are.
    public var clipNorm: Double?
    /// How the rates change over the steps.
    public var schedule = Schedule.constant
    /// In so many first steps the rates rise from near 0.
    public var warmupSteps = 0
    /// The decay of the moving average of the parameters that is validated and kept as best; nil takes the parameters themselves.
    public var average: Double?
    /// Training stops after more than this many evaluations without a better validation; 10 in the papers.
    public var patience = 10
    /// From when patience counts; with `popularity` by the upper end of the 95 % interval of its metric.
    public var patienceFrom = PatienceStart.warmUp
    /// Times this many steps, after one that is not timed, and stops; nil trains.
    public var measuredSteps: Int?
    /// Decides fresh parameters, the order of users and dropout.
    public var seed: UInt64 = 42
    /// The type of matrix products.
    public var precision = Precision.float32
    /// Which items a row's target is told from where several processes train together.
    public var negatives = Negatives.global
    /// Whether a GPU records the operations of a step and replays them, where all that they read lies there.
    public var capture = true

    /// The papers' settings.
    public init() {}

    /// The first steps, in which no better validation is expected: the warm-up, and as many as the moving average looks back,
    /// 1 / (1 - decay). Patience counts from there; 0 with the papers' settings.
    package var settlingSteps: Int { warmupSteps + (average.map { Int((1 / (1 - $0)).rounded(.up)) } ?? 0) }

    /// Checks that the settings make sense.
    ///
    /// - Throws: ``UserError`` that names the setting.
    package func check() throws { try problems().check() }

    /// All settings that make no sense, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        func number(_ value: Int, _ range: ClosedRange<Int>, _ name: String) {
            problems.require(value >= range.lowerBound, "is \(value), expected at least \(range.lowerBound)", at: name)
            problems.require(value <= range.upperBound, "is \(value), expected at most \(range.upperBound)", at: name)
        }
        number(epochs, 1...Self.most, "epochs")
        problems.require(
            (2...1 << 20).contains(batchSize), "is \(batchSize), expected 2 to \(1 << 20)", at: "batch_size",
            remedy: batchSize == 1
                ? "A step learns to distinguish a user's next item from the items of the step's other users: one user alone teaches nothing."
                : nil)
        for (value, name) in [(rate, "rate"), (sideBlockRate, "side_block_rate"), (encoderRate, "encoder_rate")] {
            problems.require(value > 0 && value.isFinite, "is \(value), expected a finite number above 0", at: name)
        }
        problems.require(
            weightDecay >= 0 && weightDecay.isFinite, "is \(weightDecay), expected a finite number from 0", at: "weight_decay")
        if let clipNorm {
            problems.require(
                clipNorm > 0 && clipNorm.isFinite, "is \(clipNorm), expected a finite number above 0", at: "clip_norm",
                remedy: "Leave it out to leave gradients unclipped.")
        }
        number(warmupSteps, 0...Self.most, "warmup_steps")
        if let average {
            problems.require(
                0 < average && average < 1, "is \(average), expected a number above 0 and below 1", at: "average",
                remedy: "Leave it out to take no average; 0.99 averages over about the last hundred steps.")
        }
        number(patience, 0...Self.most, "patience")
        if let measuredSteps { number(measuredSteps, 1...Self.most, "measured_steps") }
        return problems
    }

    /// The greatest number of epochs and steps.
    static let most = 1_000_000_000
}
