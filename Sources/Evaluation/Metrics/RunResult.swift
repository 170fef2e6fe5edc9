import Files
package import Foundation

/// What a run found and what it cost: `result.json`.
public struct RunResult: Sendable, Codable, Equatable {
    /// The gates of one tower after the best epoch, by block.
    package struct TowerGates: Sendable, Codable, Equatable {
        /// `image`, `text` or `inter`.
        package var tower: String
        /// One value per block, 0 to 1.
        package var values: [Float]

        /// Makes gates.
        package init(tower: String, values: [Float]) {
            self.tower = tower
            self.values = values
        }
    }

    /// How much of the scores a tower decides.
    package struct TowerShare: Sendable, Codable, Equatable {
        /// `image`, `text`, `inter` or `id`.
        package var tower: String
        /// Its part of the variance of a user's scores over the catalogue, mean over users; the towers' parts add up to 1. A part may be
        /// negative: a tower that works against the others.
        package var share: Double

        /// Makes a share.
        package init(tower: String, share: Double) {
            self.tower = tower
            self.share = share
        }
    }

    /// The version of the form that this program writes and reads.
    package static let currentVersion = 2

    /// The version of this form.
    package var formatVersion = RunResult.currentVersion
    /// The method's name, with the modality where it reads one of two.
    package var method: String
    /// The seed of the run.
    package var seed: UInt64
    /// The content hash of the dataset.
    package var datasetHash: String
    /// The epoch whose parameters were evaluated, from 1; nil for a method that is not trained.
    package var bestEpoch: Int?
    /// On the validation targets; nil for a run that only measured its cost.
    public var validation: EvaluationCard?
    /// On the test targets; nil for a run that only measured its cost.
    public var test: EvaluationCard?
    /// What it took; nil for a method that is not trained.
    public var cost: RunCost?
    /// The gates; empty for a method without.
    package var gates: [TowerGates]
    /// The towers' shares of the scores; empty for a method with one tower.
    package var shares: [TowerShare]
    /// The share of recommended items that each part of the score adds most to; nil for a score of one part, and of an older build.
    package var leads: [TowerShare]?
    /// How the parts of the score are weighted; nil for a score of one part.
    package var score: ScoreWeights?

    /// Reads `result.json`.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or of another version.
    package static func read(from url: URL) throws -> RunResult {
        struct Version: Decodable { let formatVersion: Int }
        let version = try JSONFile.read(Version.self, from: url).formatVersion
        guard version == currentVersion else {
            throw UserError(
                "is of version \(version), this program reads version \(currentVersion)", at: url.path,
                remedy: "Train the run again: iisan run, with its config.yaml.")
        }
        return try JSONFile.read(RunResult.self, from: url)
    }

    /// Makes a result.
    package init(
        method: String, seed: UInt64, datasetHash: String, bestEpoch: Int? = nil, validation: EvaluationCard? = nil,
        test: EvaluationCard? = nil, cost: RunCost? = nil, gates: [TowerGates] = [], shares: [TowerShare] = []
    ) {
        self.method = method
        self.seed = seed
        self.datasetHash = datasetHash
        self.bestEpoch = bestEpoch
        self.validation = validation
        self.test = test
        self.cost = cost
        self.gates = gates
        self.shares = shares
    }
}

/// What training a run takes: `cost.json`, and part of `result.json`.
public struct RunCost: Sendable, Codable, Equatable {
    /// Seconds of training steps per epoch: the median over epochs, or the median step times the steps of an epoch where
    /// ``isExtrapolated``.
    package var secondsPerEpoch: Double
    /// Steps of an epoch.
    package var stepsPerEpoch: Int
    /// Epochs that were trained; 0 where ``isExtrapolated``.
    package var epochs: Int
    /// Whether only some steps were timed.
    package var isExtrapolated = false
    /// How many steps were timed, where ``isExtrapolated``.
    package var measuredSteps: Int?
    /// Numbers that training changes.
    package var trainableParameters: Int
    /// Numbers that a step computes with: trained ones and those of live encoders.
    package var totalParameters: Int
    /// The most memory that training held, in bytes: resident on the processor, allocated on an accelerator.
    package var peakMemory: Int
    /// Bytes of the hidden-state stores that are read; 0 for live encoders.
    package var storeBytes: Int
    /// Seconds that making those stores took, once for all runs; nil where that is not known.
    package var encodingSeconds: Double?

    /// Seconds of a step: the epoch's divided by its steps.
    package var secondsPerStep: Double { secondsPerEpoch / Double(max(1, stepsPerEpoch)) }

    /// Makes a cost.
    package init(
        secondsPerEpoch: Double, stepsPerEpoch: Int, epochs: Int, trainableParameters: Int, totalParameters: Int,
        peakMemory: Int, storeBytes: Int, encodingSeconds: Double? = nil
    ) {
        self.secondsPerEpoch = secondsPerEpoch
        self.stepsPerEpoch = stepsPerEpoch
        self.epochs = epochs
        self.trainableParameters = trainableParameters
        self.totalParameters = totalParameters
        self.peakMemory = peakMemory
        self.storeBytes = storeBytes
        self.encodingSeconds = encodingSeconds
    }
}
