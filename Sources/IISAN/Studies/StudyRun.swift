import Foundation

/// One training, or one measurement of its cost, of a study.
public struct StudyRun: Sendable, Equatable {
    /// The variant's name.
    public var variant: String
    /// The seed.
    public var seed: UInt64
    /// Whether only the cost of some steps is measured.
    public var isMeasurement: Bool
    /// Its effective settings.
    public var configuration: Configuration

    /// The run's folder.
    public var folder: RunDirectory { RunDirectory(URL(filePath: configuration.train.run)) }
    /// What messages call it, as in `lora/seed-42`.
    public var name: String { "\(variant)/\(folder.folder.lastPathComponent)" }
}
