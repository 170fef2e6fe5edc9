/// The studies there are, by the verb that makes them.
public enum StudyKind: String, Sendable, Codable, CaseIterable {
    /// Methods against each other.
    case compare
    /// What each part of a method is worth.
    case ablate
    /// Encoders of different size.
    case scale
    /// A trained run on changed titles and pictures.
    case robustness
    /// Settings searched by validation.
    case tune
}

extension StudyKind: SettingValue {}
