/// A part of a score by its name: `network`, `neighbours`, `content.text`, `content.image`, `popularity`,
/// `newness`.
package struct ScorePart: RawRepresentable, Sendable, Hashable, Codable {
    /// The name.
    package let rawValue: String

    /// Names a part.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The trained recommender's product of user and item vector.
    package static let network = ScorePart(rawValue: "network")
    /// What is often near the items of the history.
    package static let neighbours = ScorePart(rawValue: "neighbours")
    /// How often an item was trained on.
    package static let popularity = ScorePart(rawValue: "popularity")
    /// Whether an item was not trained on at all.
    package static let newness = ScorePart(rawValue: "newness")
    /// How much the states of a modality are those of the history's items.
    package static func content(_ modality: String) -> ScorePart { ScorePart(rawValue: contentPrefix + modality) }

    /// What the names of content start with, before the modality's.
    package static let contentPrefix = "content."
    /// Whether it compares the states of a modality.
    package var isContent: Bool { rawValue.hasPrefix(Self.contentPrefix) }
}

/// The weights of a score's parts, and how they were found: part of `score.json` and `result.json` of a run.
package struct ScoreWeights: Sendable, Codable, Equatable {
    /// The weights by the parts' names.
    package var weights: [String: Double]
    /// g0 of the neighbours; nil without that part.
    package var neighbourScale: Double?
    /// How many validation targets chose them; nil for weights that were given, or of a single part.
    package var users: Int?
    /// Seconds that making the parts and choosing the weights took, without training.
    package var seconds: Double?

    /// Makes weights.
    package init(_ weights: [ScorePart: Double], neighbourScale: Double? = nil) {
        self.weights = Dictionary(uniqueKeysWithValues: weights.map { ($0.key.rawValue, $0.value) })
        self.neighbourScale = neighbourScale
    }

    /// The weight of a part; 0 for one that is not there.
    package subscript(part: ScorePart) -> Double {
        get { weights[part.rawValue] ?? 0 }
        set { weights[part.rawValue] = newValue }
    }
}
