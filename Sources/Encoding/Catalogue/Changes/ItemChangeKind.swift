import Encoders

/// What may happen to an item's title or picture.
public enum ItemChangeKind: String, Sendable, CaseIterable, Codable {
    /// There is no title.
    case titlesMissing = "titles-missing"
    /// The title's words are in a random order.
    case titlesShuffled = "titles-shuffled"
    /// The second half of the title's words is cut off; of an odd number the middle one stays.
    case titlesTruncated = "titles-truncated"
    /// Typing errors: a fifth of the title's letters, one at least, are dropped, doubled or swapped with the next character.
    case titlesNoisy = "titles-noisy"
    /// The title is another item's.
    case titlesSwapped = "titles-swapped"
    /// There is no picture.
    case picturesMissing = "pictures-missing"
    /// Gaussian noise lies on the picture, with a deviation of a quarter of the full range.
    case picturesNoisy = "pictures-noisy"
    /// The picture is blurred (Gaussian) with a deviation of a twentieth of its shorter side.
    case picturesBlurred = "pictures-blurred"
    /// The picture is another item's.
    case picturesSwapped = "pictures-swapped"

    /// Which of an item's two sides changes, so that the states of the other can be kept.
    public var modality: EncoderModality {
        switch self {
        case .titlesMissing, .titlesShuffled, .titlesTruncated, .titlesNoisy, .titlesSwapped: .text
        case .picturesMissing, .picturesNoisy, .picturesBlurred, .picturesSwapped: .image
        }
    }
}
