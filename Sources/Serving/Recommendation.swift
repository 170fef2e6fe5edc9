/// One recommended item.
public struct Recommendation: Sendable, Codable, Equatable {
    /// Its place, from 1.
    public var rank: Int
    /// The item's id in the dataset.
    public var item: String
    /// Its title; nil where it has none.
    public var title: String?
    /// The dot product of user and item vector: comparable within one list only.
    public var score: Float
}
