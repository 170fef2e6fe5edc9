/// One recommended item.
public struct Recommendation: Sendable, Codable, Equatable {
    /// Its place, from 1.
    public var rank: Int
    /// The item's id in the dataset.
    public var item: String
    /// Its title; nil where it has none.
    public var title: String?
    /// What the list is ranked by, the sum of the run's parts: comparable within one list only.
    public var score: Float
    /// Why it has its score; nil unless asked for.
    package var reasons: Reasons?
    /// The parts of the score that know nothing of it and count 0, because it came after training; nil for other items.
    package var unknownParts: [String]?
}

/// Why an item has its score for a history.
package struct Reasons: Sendable, Codable, Equatable {
    /// A part of the score.
    package struct Part: Sendable, Codable, Equatable {
        /// Its name: a tower of the network (`image`, `text`, `inter`; `network` where it has but one), `neighbours`, `content.text`,
        /// `popularity`.
        package var part: String
        /// What it adds: its score of the item less its mean over the catalogue that the run was opened with.
        package var adds: Double
    }

    /// An item of the history.
    package struct Effect: Sendable, Codable, Equatable {
        /// Its id.
        package var item: String
        /// The item's score less what it would be without this one item of the history. Such effects do not add up.
        package var effect: Double
    }

    /// The mean score over the catalogue that the run was opened with; with what all parts add it is the item's score.
    package var mean: Double
    /// What each part adds, the most first.
    package var parts: [Part]
    /// What each item of the history does, oldest first.
    package var history: [Effect]
}
