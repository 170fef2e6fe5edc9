import Files

/// The shape of a recommender.
public struct RecommenderOptions: Sendable, Codable, Equatable {
    /// What turns items into vectors.
    public var method = Method.iisan
    /// Numbers in item and user vectors; 64 in the papers.
    public var width = 64
    /// The side networks of the item tower.
    public var sideNetworks = SideNetworkOptions()
    /// The user encoder.
    public var userEncoder = UserEncoderOptions()

    /// The papers' settings.
    public init() {}
}
