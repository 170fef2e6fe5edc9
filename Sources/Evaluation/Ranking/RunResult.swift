import Files
import Foundation
import Metrics
import Modeling

/// What a run found and what it cost: `result.json`.
public struct RunResult: Sendable, Codable, Equatable {
    /// What the run took.
    public struct Cost: Sendable, Codable, Equatable {
        /// Seconds of training steps per epoch: the median over epochs.
        public var secondsPerEpoch: Double
        /// Epochs that were trained.
        public var epochs: Int
        /// Numbers that training changes.
        public var trainableParameters: Int
        /// The most memory that training held, in bytes: resident on the processor, allocated on an accelerator.
        public var peakMemory: Int
        /// Bytes of the hidden-state stores.
        public var storeBytes: Int

        /// Makes a cost.
        public init(secondsPerEpoch: Double, epochs: Int, trainableParameters: Int, peakMemory: Int, storeBytes: Int) {
            self.secondsPerEpoch = secondsPerEpoch
            self.epochs = epochs
            self.trainableParameters = trainableParameters
            self.peakMemory = peakMemory
            self.storeBytes = storeBytes
        }
    }

    /// The gates of one tower after the best epoch, by block.
    public struct TowerGates: Sendable, Codable, Equatable {
        /// `image`, `text` or `inter`.
        public var tower: String
        /// One value per block, 0 to 1.
        public var values: [Float]

        /// Makes gates.
        public init(tower: String, values: [Float]) {
            self.tower = tower
            self.values = values
        }
    }

    /// The version of the form that this program writes and reads.
    public static let currentVersion = 1

    /// The version of this form.
    public var formatVersion = RunResult.currentVersion
    /// The method's name.
    public var method: String
    /// The epoch whose parameters were evaluated, from 1; nil for a method that is not trained.
    public var bestEpoch: Int?
    /// On the validation targets.
    public var validation: EvaluationCard
    /// On the test targets.
    public var test: EvaluationCard
    /// What it took; nil for a method that is not trained.
    public var cost: Cost?
    /// The gates; empty for a method without.
    public var gates: [TowerGates]

    /// Reads `result.json`.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or of another version.
    public static func read(from url: URL) throws -> RunResult {
        let result = try JSONFile.read(RunResult.self, from: url)
        guard result.formatVersion == currentVersion else {
            throw UserError(
                "is of version \(result.formatVersion), this program reads version \(currentVersion)", at: url.path,
                remedy: "Evaluate the run again: iisan evaluate.")
        }
        return result
    }

    /// Makes a result.
    public init(
        method: String, bestEpoch: Int?, validation: EvaluationCard, test: EvaluationCard, cost: Cost?, gates: [TowerGates]
    ) {
        self.method = method
        self.bestEpoch = bestEpoch
        self.validation = validation
        self.test = test
        self.cost = cost
        self.gates = gates
    }
}
